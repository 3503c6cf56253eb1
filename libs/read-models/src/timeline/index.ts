import { readModel } from '../read-model.js';
import { projectTimeline, timelineTable } from './timeline.js';
import { ClientTimelineHandler, ComplaintTimelineHandler, RequestTimelineHandler } from './timeline-queries.js';
import { timelineMigrations } from './timeline-tables.js';

export * from './timeline-queries.js';

/** Everything that happened to a client, a complaint, a request. */
export const timeline = readModel({
  name: 'timeline',
  version: 1,
  tables: [timelineTable],
  migrations: timelineMigrations,
  projection: projectTimeline,
  queries: [ClientTimelineHandler, ComplaintTimelineHandler, RequestTimelineHandler],
});
