import 'reflect-metadata';
import { runOps } from './program.js';

process.exitCode = await runOps(process.argv.slice(2));
