import 'reflect-metadata';
import { runProcess } from '#telemetry';
import { apiConfig } from './config.js';
import { apiOperations } from './operations/api-operations.js';
import { startApi } from './start-api.js';

await runProcess({ name: 'api', operationsPort: 9701 }, async () => {
  const config = apiConfig();
  const api = await startApi(config);
  const { health, close } = apiOperations(config, api.store);
  return { health, close: () => api.close().finally(close), told: { url: api.url } };
});
