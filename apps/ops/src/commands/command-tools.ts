import type { Command } from 'commander';
import type { Installation } from '../installation.js';

/** What a command is given to work with and to answer through. */
export interface CommandTools {
  onInstallation: (work: (installation: Installation) => Promise<void>) => Promise<void>;
  /** The answer, on standard output. */
  print: (text: string) => void;
  /** What is said beside it, on standard error. */
  say: (line: string) => void;
  firmZone: () => string;
  /** Exit code 4: something was found, or refused. */
  found: () => void;
}

/** Adds a group of commands. */
export type CommandGroup = (program: Command, tools: CommandTools) => void;
