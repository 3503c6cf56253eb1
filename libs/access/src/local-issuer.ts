import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { AuthenticationSettings } from './authentication.js';
import { isBranchScoped, type Role } from './roles.js';

export interface TokenRequest {
  subject: string;
  role: Role;
  /** Needed where the role is branch-scoped. */
  branch?: string;
  ttlSeconds: number;
}

const KEY_FILE = 'issuer-key.json';
const JWKS_FILE = 'jwks.json';
const ALGORITHM = 'ES256';
const TTL_MAX_SEC = 30 * 24 * 3600;

/**
 * A token issuer in a folder, for the embedded installation and for tests: its tokens are verified by the same code and
 * the same kind of configuration as those of the firm's identity provider.
 */
export class LocalIssuer {
  private constructor(
    private readonly folder: string,
    private readonly key: JWK,
  ) {}

  /** Keeps the key pair of this folder, or makes one; the private key is readable by its owner alone. */
  static async open(folder: string): Promise<LocalIssuer> {
    const keyFile = path.join(folder, KEY_FILE);
    if (!existsSync(keyFile)) await createKey(folder, keyFile);
    const key = JSON.parse(readFileSync(keyFile, 'utf8')) as JWK;
    const { d: _private, ...published } = key;
    const jwks = `${JSON.stringify({ keys: [published] }, null, 2)}\n`;
    const jwksFile = path.join(folder, JWKS_FILE);
    if (!existsSync(jwksFile) || readFileSync(jwksFile, 'utf8') !== jwks) writeFileSync(jwksFile, jwks);
    return new LocalIssuer(folder, key);
  }

  /** What an Authenticator needs to accept this issuer's tokens. */
  get settings(): AuthenticationSettings {
    return {
      issuer: 'urn:rapport:local-issuer',
      audience: 'rapport-api',
      algorithms: [ALGORITHM],
      jwks: { file: path.join(this.folder, JWKS_FILE) },
    };
  }

  /** A signed access token. Throws where a branch-scoped role comes without a branch, or the time is not 1 s to 30 days. */
  async issueToken({ subject, role, branch, ttlSeconds }: TokenRequest): Promise<string> {
    if (isBranchScoped(role) && !branch) throw new Error(`a token for ${role} names a branch`);
    if (!(ttlSeconds >= 1 && ttlSeconds <= TTL_MAX_SEC)) throw new Error('a token lives between one second and 30 days');
    const { issuer, audience } = this.settings;
    return new SignJWT({ role, ...(isBranchScoped(role) && { branch }) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: this.key.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${ttlSeconds}s`)
      .sign(await importJWK(this.key, ALGORITHM));
  }
}

async function createKey(folder: string, keyFile: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key: JWK = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM, use: 'sig' };
  const fresh = `${keyFile}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  try {
    linkSync(fresh, keyFile); // whole or not at all, and the first of two starters wins
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(fresh);
  }
}
