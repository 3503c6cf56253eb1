/** How long the outcome of a command is kept, so that a repeat answers as the first time. */
export const outcomeRetention = `-- Outcomes of HTTP commands are forgotten after seven days. Answers how many this call removed, at most p_limit.
CREATE FUNCTION log.purge_outcomes(p_limit int) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, log, pg_temp AS $$
  WITH gone AS (
    DELETE FROM outcomes WHERE command_id = ANY (ARRAY(
      SELECT command_id FROM outcomes WHERE recorded_at < now() - interval '7 days' AND NOT keep LIMIT p_limit
    )) AND NOT keep RETURNING 1
  ) SELECT count(*) FROM gone
$$;

`;
