import 'reflect-metadata';
import { runProcess } from '#telemetry';
import { apiConfig } from './config.js';
import { startApi } from './start-api.js';

await runProcess('api', async () => {
  const api = await startApi(apiConfig());
  return { close: () => api.close(), told: { url: api.url } };
});
