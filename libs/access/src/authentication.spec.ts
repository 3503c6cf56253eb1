import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Authenticator, IssuerAway, NotAuthenticated } from './authentication.js';
import { LocalIssuer } from './local-issuer.js';

type Json = Record<string, unknown>;

let folder: string;
let issuer: LocalIssuer;
let authenticator: Authenticator;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rapport-issuer-'));
  issuer = await LocalIssuer.open(folder);
  authenticator = new Authenticator(issuer.settings);
});
afterAll(() => rmSync(folder, { recursive: true }));

const outcomeOf = async (authorization: string | undefined): Promise<unknown> => {
  try {
    return await authenticator.authenticate(authorization);
  } catch (error) {
    return error instanceof NotAuthenticated ? error.code : error;
  }
};

const nowSec = (): number => Math.floor(Date.now() / 1000);
const encoded = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const privateJwk = (): Json => JSON.parse(readFileSync(path.join(folder, 'issuer-key.json'), 'utf8')) as Json;

const goodHeader = (): Json => ({ alg: 'ES256', typ: 'at+jwt', kid: privateJwk()['kid'] });
const goodClaims = (): Json => ({
  iss: issuer.settings.issuer,
  aud: issuer.settings.audience,
  sub: 'li.na',
  role: 'branchManager',
  branch: 'sh-01',
  iat: nowSec(),
  exp: nowSec() + 60,
});

/** A token signed by hand with the issuer's own key, so that each part can be wrong on its own. */
function signed(claims: Json, header: Json = {}, key: Json = privateJwk()): string {
  const input = `${encoded({ ...goodHeader(), ...header })}.${encoded({ ...goodClaims(), ...claims })}`;
  const signature = createSign('sha256')
    .update(input)
    .sign({ key: key as never, format: 'jwk', dsaEncoding: 'ieee-p1363' });
  return `Bearer ${input}.${signature.toString('base64url')}`;
}

describe('a token of the local issuer', () => {
  test('names its caller', async () => {
    const token = await issuer.issueToken({ subject: 'li.na', role: 'branchManager', branch: 'sh-01', ttlSeconds: 60 });
    expect(await outcomeOf(`Bearer ${token}`)).toEqual({ subject: 'li.na', role: 'branchManager', branch: 'sh-01', branchScope: 'sh-01' });
    const auditor = await issuer.issueToken({ subject: 'audit', role: 'auditor', ttlSeconds: 60 });
    expect(await outcomeOf(`bearer ${auditor}`)).toEqual({ subject: 'audit', role: 'auditor', branchScope: '*' });
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
      expect(await outcomeOf(signed({}, { typ }))).toMatchObject({ subject: 'li.na' });
    }
  });

  test('is not issued without the branch of a branch-scoped role', async () => {
    await expect(issuer.issueToken({ subject: 'x', role: 'serviceDeskAgent', ttlSeconds: 60 })).rejects.toThrow('branch');
  });

  test('stays good when the issuer starts again, and the private key is its owner’s alone', async () => {
    const token = await issuer.issueToken({ subject: 'a', role: 'auditor', ttlSeconds: 60 });
    const again = await LocalIssuer.open(folder);
    expect(await new Authenticator(again.settings).authenticate(`Bearer ${token}`)).toMatchObject({ subject: 'a' });
    expect(statSync(path.join(folder, 'issuer-key.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, 'jwks.json'), 'utf8')).not.toContain('"d"');
  });
});

const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as Json;

const refused: Record<string, () => string | undefined> = {
  'the wrong issuer': () => signed({ iss: 'https://elsewhere.example' }),
  'the wrong audience': () => signed({ aud: 'another-api' }),
  'an issue time in the future': () => signed({ iat: nowSec() + 120 }),
  'a start in the future': () => signed({ nbf: nowSec() + 120 }),
  'no expiry': () => signed({ exp: undefined }),
  'no issue time': () => signed({ iat: undefined }),
  'no subject': () => signed({ sub: undefined }),
  'a subject that is not text': () => signed({ sub: 7 }),
  'no role': () => signed({ role: undefined }),
  'an unknown role': () => signed({ role: 'superuser' }),
  'two roles': () => signed({ role: ['auditor', 'admin'] }),
  'no branch where the role needs one': () => signed({ branch: undefined }),
  'all branches named as one': () => signed({ branch: '*' }),
  'the type of another token': () => signed({}, { typ: 'id+jwt' }),
  'the type of any token': () => signed({}, { typ: 'JWT' }),
  'a type in full that is another': () => signed({}, { typ: 'application/jwt' }),
  'no type': () => signed({}, { typ: undefined }),
  'a critical extension': () => signed({}, { crit: ['x'], x: 1 }),
  'the key of somebody else': () => signed({}, {}, foreign),
  'its own key in the header': () => signed({}, { kid: undefined, jwk: { ...foreign, d: undefined } }, foreign),
  'a key set of its own': () => signed({}, { kid: 'mine', jku: 'http://127.0.0.1:1/jwks.json' }, foreign),
  'no algorithm': () => `Bearer ${encoded({ ...goodHeader(), alg: 'none' })}.${encoded(goodClaims())}.`,
  'no algorithm and a signature': () => `Bearer ${encoded({ ...goodHeader(), alg: 'none' })}.${encoded(goodClaims())}.AAAA`,
  'the public key as a shared secret': () => {
    const input = `${encoded({ ...goodHeader(), alg: 'HS256' })}.${encoded(goodClaims())}`;
    const publicKey = readFileSync(path.join(folder, 'jwks.json'), 'utf8');
    return `Bearer ${input}.${createHmac('sha256', publicKey).update(input).digest('base64url')}`;
  },
  'claims changed after signing': () => {
    const [header, , signature] = signed({}).split('.');
    return `${header}.${encoded({ ...goodClaims(), role: 'complianceOfficer' })}.${signature}`;
  },
  'another scheme': () => signed({}).replace('Bearer', 'Basic'),
  'nothing of a token': () => 'Bearer not.a.token!',
  'far too much': () => `Bearer ${'a'.repeat(9000)}.a.a`,
};

describe('a token is refused with', () => {
  test.each(Object.keys(refused))('%s', async (name) => {
    expect(await outcomeOf(refused[name]!())).toBe('token-invalid');
  });

  test('an end more than 30 seconds ago', async () => {
    expect(await outcomeOf(signed({ exp: nowSec() - 20 }))).toMatchObject({ subject: 'li.na' });
    expect(await outcomeOf(signed({ exp: nowSec() - 40 }))).toBe('token-expired');
  });

  test('an end that comes while it is in use', async () => {
    const token = signed({ exp: nowSec() + 60 });
    const start = Date.now();
    const clock = jest.spyOn(Date, 'now');
    try {
      expect(await outcomeOf(token)).toMatchObject({ subject: 'li.na' });
      clock.mockReturnValue(start + 80_000); // within the tolerance
      expect(await outcomeOf(token)).toMatchObject({ subject: 'li.na' });
      clock.mockReturnValue(start + 92_000);
      expect(await outcomeOf(token)).toBe('token-expired');
    } finally {
      clock.mockRestore();
    }
  });

  test('a change to a token that was good', async () => {
    const token = signed({});
    expect(await outcomeOf(token)).toMatchObject({ subject: 'li.na' });
    expect(await outcomeOf(`${token.slice(0, -6)}AAAAAA`)).toBe('token-invalid');
    expect(await outcomeOf(token)).toMatchObject({ subject: 'li.na' });
  });

  test('nothing at all', async () => {
    expect(await outcomeOf(undefined)).toBe('token-missing');
  });
});

describe('the configuration of tokens', () => {
  test('takes no shared secret, no private key and no unlisted algorithm', () => {
    const file = path.join(folder, 'other.json');
    const { settings } = issuer;
    writeFileSync(file, JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA' }] }));
    expect(() => new Authenticator({ ...settings, jwks: { file } })).toThrow('shared key');
    writeFileSync(file, JSON.stringify({ keys: [privateJwk()] }));
    expect(() => new Authenticator({ ...settings, jwks: { file } })).toThrow('private');
    expect(() => new Authenticator({ ...settings, algorithms: ['HS256' as 'ES256'] })).toThrow('algorithms');
    expect(() => new Authenticator({ ...settings, jwks: { url: 'http://keys.example/jwks.json' } })).toThrow('https');
  });

  test('an issuer that is away is told apart from a bad token', async () => {
    const away = new Authenticator({ ...issuer.settings, jwks: { url: 'http://127.0.0.1:1/jwks.json' } });
    await expect(away.authenticate(signed({}))).rejects.toBeInstanceOf(IssuerAway);
  });
});
