import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { isBranchScoped, isRole, type Principal, principalOf } from './roles.js';

export const acceptedAlgorithms = ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'] as const;
export type AcceptedAlgorithm = (typeof acceptedAlgorithms)[number];

/** Where tokens come from. The keys are taken from this configuration alone, never from a token's header. */
export interface AuthenticationSettings {
  issuer: string;
  audience: string;
  algorithms: readonly AcceptedAlgorithm[];
  /** A JSON Web Key Set in a file, or at an http(s) URL. */
  jwks: { file: string } | { url: string };
}

/** Why a caller is not known. Never says more than that. */
export type AuthenticationFault = 'token-missing' | 'token-invalid' | 'token-expired';

export class NotAuthenticated extends Error {
  constructor(readonly code: AuthenticationFault) {
    super(code);
    this.name = 'NotAuthenticated';
  }
}

/** The issuer's keys cannot be had just now; the token may well be good. */
export class IssuerAway extends Error {
  readonly code = 'dependency-away';
}

const CLOCK_TOLERANCE_SEC = 30;
const TOKEN_MAX_CHARS = 8192;
const JWKS_TIMEOUT_MS = 3000;
/** Longest that a token is taken without asking for its key again. */
const REMEMBERED_MS = 30_000;
const REMEMBERED_MAX = 5_000;
/** Of access tokens (RFC 9068); a token of another use, such as an ID token, may be signed by the same key for the same audience. */
const TOKEN_TYPES = new Set(['at+jwt', 'application/at+jwt']);
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;
const SUBJECT = /^[\x21-\x7e]{1,128}$/;
const BRANCH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface IdentifiedCaller {
  principal: Principal;
  /** Of the token, in seconds since 1970. */
  expiresAtSec: number;
}

interface Verified extends IdentifiedCaller {
  untilMs: number;
}

/** Verifies bearer tokens: OIDC access tokens of one issuer for one audience. */
export class Authenticator {
  private readonly keys: JWTVerifyGetKey;
  private readonly remembered = new Map<string, Verified>();

  /** Throws where the settings would accept anything but listed asymmetric algorithms, or the key file is not one. */
  constructor(private readonly settings: AuthenticationSettings) {
    const { algorithms, issuer, audience, jwks } = settings;
    const unknown = algorithms.filter((algorithm) => !acceptedAlgorithms.includes(algorithm));
    if (unknown.length > 0 || algorithms.length === 0) throw new Error(`token algorithms must be among ${acceptedAlgorithms.join(', ')}`);
    if (!issuer || !audience) throw new Error('a token issuer and an audience must be configured');
    this.keys = 'file' in jwks ? fileKeys(jwks.file) : urlKeys(jwks.url);
  }

  /** The caller of a request, by its Authorization header. Throws NotAuthenticated or IssuerAway. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    return (await this.identify(authorization)).principal;
  }

  /** The same, with when the token ends: for answers that go on. */
  async identify(authorization: string | undefined): Promise<IdentifiedCaller> {
    if (!authorization) throw new NotAuthenticated('token-missing');
    const token = authorization.length <= TOKEN_MAX_CHARS ? BEARER.exec(authorization)?.[1] : undefined;
    if (!token) throw new NotAuthenticated('token-invalid');
    const known = this.verifiedBefore(token);
    if (known) return known;
    const payload = await this.verified(token);
    const principal = this.principalFrom(payload);
    const identified = { principal, expiresAtSec: payload.exp! };
    this.remember(token, { ...identified, untilMs: Date.now() + REMEMBERED_MS });
    return identified;
  }

  /** A signature that was good a moment ago is good still; whether the token has expired is asked every time. */
  private verifiedBefore(token: string): IdentifiedCaller | undefined {
    const known = this.remembered.get(token);
    if (!known) return undefined;
    const nowMs = Date.now();
    if (nowMs / 1000 >= known.expiresAtSec + CLOCK_TOLERANCE_SEC) throw new NotAuthenticated('token-expired');
    if (nowMs < known.untilMs && nowMs >= known.untilMs - REMEMBERED_MS) return known;
    this.remembered.delete(token); // the issuer may have withdrawn the key, or our clock was set
    return undefined;
  }

  private remember(token: string, verified: Verified): void {
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.delete(this.remembered.keys().next().value!); // the oldest
    this.remembered.set(token, verified);
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms } = this.settings;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: CLOCK_TOLERANCE_SEC,
        requiredClaims: ['sub', 'role', 'exp', 'iat'],
      });
      if (!TOKEN_TYPES.has(protectedHeader.typ?.toLowerCase() ?? '')) throw new NotAuthenticated('token-invalid');
      return payload;
    } catch (error) {
      throw faultOf(error, 'url' in this.settings.jwks);
    }
  }

  private principalFrom({ sub, iat, role, branch }: JWTPayload): Principal {
    const issuedAtSec = iat ?? Infinity;
    const inTime = issuedAtSec <= Date.now() / 1000 + CLOCK_TOLERANCE_SEC;
    if (!inTime || typeof sub !== 'string' || !SUBJECT.test(sub) || !isRole(role)) throw new NotAuthenticated('token-invalid');
    if (!isBranchScoped(role)) return principalOf(sub, role, undefined);
    if (typeof branch !== 'string' || !BRANCH.test(branch)) throw new NotAuthenticated('token-invalid');
    return principalOf(sub, role, branch);
  }
}

function faultOf(error: unknown, keysAreRemote: boolean): Error {
  if (error instanceof NotAuthenticated) return error;
  if (error instanceof errors.JWTExpired) return new NotAuthenticated('token-expired');
  // neither a JOSE error of its own kind nor one of the token: the way to the keys failed (refused, no answer, not a key set)
  const wayFailed =
    !(error instanceof errors.JOSEError) || ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(error.code);
  return keysAreRemote && wayFailed ? new IssuerAway('the keys of the token issuer cannot be had') : new NotAuthenticated('token-invalid');
}

function fileKeys(file: string): JWTVerifyGetKey {
  const keySet = JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet;
  if (!Array.isArray(keySet.keys) || keySet.keys.length === 0) throw new Error('the configured key set holds no key');
  if (keySet.keys.some((key) => 'd' in key || key.kty === 'oct')) throw new Error('the configured key set holds a private or a shared key');
  return createLocalJWKSet(keySet);
}

function urlKeys(text: string): JWTVerifyGetKey {
  const url = new URL(text);
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) throw new Error('a key set comes over https');
  return createRemoteJWKSet(url, { timeoutDuration: JWKS_TIMEOUT_MS });
}
