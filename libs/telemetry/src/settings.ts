import { readFileSync } from 'node:fs';
import { LOG_LEVEL_DEFAULT, LOG_LEVELS } from './logger.js';

/** A process is configured wrongly: the message names everything that is missing or wrong, a line each. */
export class WrongSettings extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('; '));
  }
}

const NO_NUMBER = 0;
const POSTGRES = /^(postgres(ql)?|socket):|^\//; // what pg takes: a URL, or the folder of a socket
const BROKER = /^[^:\s]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i;

/**
 * A process's configuration from the environment. Every name may also be given as the path of a file with its value:
 * `DATABASE_URL_FILE` for `DATABASE_URL`. What is missing or wrong is collected, and told all at once.
 */
export class Settings {
  private readonly faults: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv = process.env) {}

  /** What `make` answers, once everything that it asked for is there. Throws WrongSettings. */
  static read<T>(env: NodeJS.ProcessEnv, make: (settings: Settings) => T): T {
    const settings = new Settings(env);
    const made = make(settings);
    if (settings.faults.length > 0) throw new WrongSettings(settings.faults);
    return made;
  }

  required(name: string): string {
    const value = this.given(name);
    if (value === undefined) this.faults.push(`${name} is not set`);
    return value ?? '';
  }

  optional(name: string, otherwise: string): string {
    return this.given(name) ?? otherwise;
  }

  whole(name: string, otherwise: number, max: number): number {
    const value = Number(this.given(name) ?? otherwise);
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    this.faults.push(`${name} is not a whole number up to ${max}`);
    return NO_NUMBER;
  }

  /** A value in a form of its own. `parse` throws an error that says what the name takes. */
  parsed<T>(name: string, otherwise: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(this.optional(name, otherwise));
    } catch (error) {
      this.faults.push((error as Error).message);
      return undefined;
    }
  }

  /**
   * `DATABASE_URL`, with the password of `DATABASE_PASSWORD` (or the file that `DATABASE_PASSWORD_FILE` names) where the
   * URL has none, so that the address may be written where a secret may not.
   */
  databaseUrl(): string {
    const url = this.required('DATABASE_URL');
    const password = this.given('DATABASE_PASSWORD');
    if (url === '') return url;
    if (!POSTGRES.test(url) || (password !== undefined && !URL.canParse(url))) {
      this.faults.push('DATABASE_URL is no URL of a PostgreSQL: postgres://user@host:5432/database');
      return '';
    }
    if (password === undefined) return url;
    const location = new URL(url);
    if (location.password === '') location.password = encodeURIComponent(password);
    return location.href;
  }

  /** Kafka's brokers, `host:port` by commas. */
  brokers(): readonly string[] {
    const text = this.required('KAFKA_BROKERS');
    const brokers = text.split(',').map((broker) => broker.trim());
    if (text !== '' && !brokers.every((broker) => BROKER.test(broker))) this.faults.push('KAFKA_BROKERS is no list of host:port by commas');
    return brokers;
  }

  /** From which level on there are log lines. */
  logLevel(): string {
    const level = this.optional('LOG_LEVEL', LOG_LEVEL_DEFAULT);
    if (!LOG_LEVELS.includes(level)) this.faults.push(`LOG_LEVEL is one of ${LOG_LEVELS.join(', ')}`);
    return level;
  }

  /** IANA zone of the firm. */
  firmZone(): string {
    const zone = this.optional('FIRM_ZONE', 'Asia/Shanghai');
    try {
      if (zone !== 'UTC' && !zone.includes('/')) throw new RangeError('an abbreviation is several zones: CST is Chicago too');
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      this.faults.push(`FIRM_ZONE ${zone} is no IANA time zone`);
      return zone;
    }
  }

  has(name: string): boolean {
    return this.given(name) !== undefined;
  }

  private given(name: string): string | undefined {
    const value = this.env[name];
    const file = this.env[`${name}_FILE`];
    if (value) return value;
    if (!file) return undefined;
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      this.faults.push(`${name}_FILE ${file} cannot be read`);
      return undefined;
    }
  }
}
