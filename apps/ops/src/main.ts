import 'reflect-metadata';

// People read this program's output: its parts speak only when something is wrong. Read once, when the loggers are made.
process.env.LOG_LEVEL ??= 'warn';
const { runOps } = await import('./program.js');
process.exitCode = await runOps(process.argv.slice(2));
