import 'reflect-metadata';

// People read this program's output: its parts speak only when something is wrong. Read once, when the loggers are made.
process.env.LOG_LEVEL ??= 'warn';
const { run } = await import('./run.js');
// an import that a signal cut short would go on asking for its database
process.exit(await run(process.argv.slice(2)));
