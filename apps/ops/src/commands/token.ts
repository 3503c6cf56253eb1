import { isRole, LocalIssuer, roles } from '#access';
import type { Home } from '../home.js';
import { UsageError } from '../installation.js';

export interface TokenOptions {
  role: string;
  subject: string;
  branch?: string;
  hours: number;
}

/** A bearer token of the embedded installation's own issuer. */
export async function issueToken(home: Home, { role, subject, branch, hours }: TokenOptions): Promise<string> {
  if (!isRole(role)) throw new UsageError(`there is no role ${role}; the roles are ${roles.join(', ')}`);
  if (!(hours > 0)) throw new UsageError('--hours is a number above 0');
  const issuer = await LocalIssuer.open(home.issuer);
  try {
    return await issuer.issueToken({ subject, role, branch, ttlSeconds: Math.round(hours * 3600) });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
