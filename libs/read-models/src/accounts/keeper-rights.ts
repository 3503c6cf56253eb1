/** SQL that lets the keeper of tiers read a table of every branch, in sets. */
export const kept = (table: string): string => `
    CREATE POLICY kept ON read.${table} FOR SELECT TO rapport_timekeeper USING (true);
    GRANT SELECT ON read.${table} TO rapport_timekeeper;`;
