/** What the codes of Node.js and PostgreSQL mean to whoever started a process. */
function meaning(error: NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string }): string | undefined {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nothing answers at ${error.address}:${error.port}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host ${error.hostname}`;
    case 'EADDRINUSE':
      return `port ${error.port} is taken`;
    case '3F000': // no such schema
    case '42P01': // no such table
      return 'the database is not prepared: run `npm run ops -- migrate` first';
    case '3D000': // no such database
    case '28P01': // wrong password
    case '28000': // no such login
      return `the database refuses: ${error.message}`;
    case undefined:
  }
  return undefined;
}

/** An error for the person who started a process: what is wrong, without where in the code that was noticed. */
export function sentenceOf(error: unknown): string {
  // a name with several addresses: they fail alike
  if (error instanceof AggregateError && error.message === '') return sentenceOf(error.errors[0]);
  return error instanceof Error ? (meaning(error) ?? error.message) : String(error);
}
