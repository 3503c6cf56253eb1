/** SQLSTATE classes in which the server or the connection is at fault, not the statement: try again later. */
const AWAY_CLASSES = new Set(['08', '25', '53', '57', '58', '40', '55']);
/** Missing tables, columns or rights: a fault of the deployment that no single event causes. */
const DEPLOYMENT_CLASSES = new Set(['28', '3D', '3F', '42']);
const STATEMENT_CANCELLED = '57014';
const AWAY_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const AWAY_MESSAGES =
  /connection terminated|connection ended|client has encountered a connection error|not queryable|timeout exceeded when trying to connect/i;

/** Whether the fault is one that no single event causes, so that it is retried and never counted against an event. */
export function isSystemFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = sqlStateOf(error);
  if (code === undefined) return AWAY_CODES.has(systemCodeOf(error)) || AWAY_MESSAGES.test(error.message);
  if (code === STATEMENT_CANCELLED) return false; // an event whose statement never ends must not hold the others up for ever
  return AWAY_CLASSES.has(code.slice(0, 2)) || DEPLOYMENT_CLASSES.has(code.slice(0, 2));
}

/** A code to keep and show: an SQLSTATE, a domain code or an error's name. Never a message, which may quote payload. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'thrown';
  const code = 'code' in error ? String(error.code) : error.name;
  return /^[\w.-]{1,64}$/.test(code) ? code : 'error';
}

function sqlStateOf(error: Error): string | undefined {
  const code = systemCodeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && 'severity' in error ? code : undefined;
}

const systemCodeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');
