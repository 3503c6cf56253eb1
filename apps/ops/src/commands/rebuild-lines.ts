import type { Generation, RebuildPlan, RebuildResult, TableComparison } from '#projections';

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

/** What a dry run found, for people. */
export function planLines({ model, active, resumes, kept, from, livePosition, logEnd, eventsToReplay, tables }: RebuildPlan): string[] {
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return [
    `${model}: generation ${active.generation} (schema ${active.schema}, version ${active.version}) is at position ${livePosition}; the log ends at ${logEnd}`,
    resumes
      ? `  would go on filling generation ${resumes.generation} (schema ${resumes.schema}) from position ${from}: ${eventsToReplay} events to replay`
      : `  would fill new tables from the log's beginning: ${eventsToReplay} events to replay`,
    ...tables.map(
      ({ table, rows, bytes: size }) => `  table ${table}: ${rows === null ? 'never counted' : `about ${rows} rows`}, ${megabytes(size)}`,
    ),
    `  needs about ${megabytes(bytes)} more, until the earlier generation is released; nothing was written`,
    ...kept.map((one) => `  generation ${one.generation} (schema ${one.schema}) is still kept`),
  ];
}

/** What became of a rebuild, for people. */
export function resultLines(result: RebuildResult): string[] {
  const { model, events, seconds, generation, schema } = result;
  const replayed = `${model}: ${events} events replayed in ${seconds.toFixed(1)} s (${Math.round(events / seconds)} events/s)`;
  switch (result.outcome) {
    case 'stopped':
      return [`${replayed}; stopped. \`npm run ops -- rebuild ${model}\` goes on from there, \`--cancel\` gives it up`];
    case 'differs':
      return [
        `${replayed}; compared at position ${result.comparedAt}: NOT the same, and so not swapped`,
        ...result.tables.map(tableLine),
        `  readers see what they saw; the new tables stay in schema ${schema}. To take them: \`--accept-differences "<why>"\`; to give them up: \`--cancel\``,
      ];
    case 'swapped':
      return [
        `${replayed}; joined the live one at position ${result.joinedAt}`,
        ...result.tables.map(tableLine),
        `  compared at position ${result.comparedAt}${result.comparedAtJoin ? ', with the projections held' : ''}; projections stood still for ${Math.round(result.lockMs)} ms`,
        `  readers see generation ${generation} (schema ${schema}); ${result.kept} is kept: \`--back\` returns to it, \`--release\` drops it`,
      ];
  }
}

const tableLine = ({ table, same, old, new: fresh, onlyOld, onlyNew }: TableComparison): string =>
  same
    ? `  ${table}: ${fresh.rows} rows in both, digest ${fresh.digest}`
    : `  ${table}: ${old.rows} rows before, ${fresh.rows} now; ${onlyOld} rows only before, ${onlyNew} only now`;

/** Every generation that has tables. */
export function generationLines(generations: readonly Generation[]): string[] {
  const there = generations.filter(({ state }) => state === 'building' || state === 'active' || state === 'kept');
  return there.map(({ model, generation, schema, state, version, begunBy, begunAt, swappedBy, swappedAt, joinedAt, reason }) => {
    const joined = swappedAt === null ? '' : `, shown since ${swappedAt} by ${swappedBy}, joined at position ${joinedAt}`;
    const made = generation === 1 ? '' : `, begun ${begunAt} by ${begunBy}`;
    return `${model} generation ${generation} (schema ${schema}, version ${version}): ${state}${made}${joined}${reason === null ? '' : `, although it differed: ${reason}`}`;
  });
}
