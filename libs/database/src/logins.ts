import { createPool } from './pool.js';
import type { Role } from './roles.js';

/** A login of a process: it may take on its role, and nothing else. */
export interface ProcessLogin {
  role: Role;
  password: string;
}

/** What a process logs in as, to take on its role. */
export const loginOf = (role: Role): string => `${role}_login`;

/** Makes the logins, or gives those that are there these passwords. `url` is the owner's. Answers their names. */
export async function provideLogins(url: string, logins: readonly ProcessLogin[]): Promise<string[]> {
  const pool = createPool({ url, max: 1, applicationName: 'rapport logins' });
  try {
    for (const { role, password } of logins) {
      const login = loginOf(role);
      const { rows } = await pool.query<{ known: boolean; set: string; grant: string }>(
        `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known,
                format('ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT PASSWORD %L', $1::text, $2::text) AS set,
                format('GRANT %I TO %I', $3::text, $1::text) AS grant`,
        [login, password, role],
      );
      const { known, set, grant } = rows[0]!;
      await pool.query(`${known ? 'ALTER' : 'CREATE'} ${set}`);
      await pool.query(grant);
    }
    return logins.map(({ role }) => loginOf(role));
  } finally {
    await pool.end();
  }
}
