// One Apache Kafka node (KRaft on Java, no Docker) on free ports of 127.0.0.1, for tests and the demo.
//
//   const kafka = await startKafka();              // stop() deletes the data
//   const kafka = await startKafka({ dataDir });   // the data stays; the next start may use other ports
//   kafka.brokers; kafka.pid; await kafka.stop();
//
// The jars come from Maven Central once and stay in the user's cache folder. The broker belongs to
// a guard (this file, forked), so it ends and its files go even when we are killed with SIGKILL.
import { execFileSync, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const KAFKA_VERSION = '4.3.1';
const JARS = [
  ['org.apache.kafka', 'kafka_2.13', KAFKA_VERSION],
  ['org.apache.logging.log4j', 'log4j-core', '2.24.3'],
  ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.24.3'],
];
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';
const JAVA_MIN = 17;
const JVM = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Xlog:disable',
  '-Xlog:all=error:stderr',
  '-Dlog4j2.level=INFO',
];
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

export async function startKafka({ dataDir, port, settings = {} } = {}) {
  const { java, version } = findJava();
  const jars = installJars();
  for (let attempt = 1; ; attempt++) {
    const home = mkdtempSync(path.join(tmpdir(), 'local-kafka-'));
    const [free, controllerPort] = await freePorts(2);
    const clientPort = port ?? free;
    const data = path.resolve(dataDir ?? path.join(home, 'data'));
    writeSettings(home, { clientPort, controllerPort, data, settings });
    try {
      return await launch([java, jars, path.join(jars, `java-${version}.jsa`), home, data], clientPort);
    } catch (error) {
      // another process may take a port after we chose it and before the broker binds it
      if (port || attempt === 3 || !error.message.includes('Address already in use')) throw error;
    }
  }
}

async function launch(args, port) {
  // detached: Ctrl+C reaches us alone, and the application can still talk to Kafka while it stops
  const guard = fork(SELF, ['guard', ...args], { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(guard, 'exit');
  const stop = async () => {
    guard.ref();
    if (guard.connected) guard.disconnect();
    await ended;
  };
  const [{ pid, failed }] = await Promise.race([once(guard, 'message'), ended.then(() => [{ failed: 'its guard ended early' }])]);
  if (!pid) {
    await stop();
    throw new Error(`Kafka did not start: ${failed}`);
  }
  guard.unref();
  guard.channel.unref();
  return { brokers: `127.0.0.1:${port}`, port, pid, stop };
}

function guard(java, jars, archive, home, data) {
  // class data sharing halves the start; the archive is written when the first broker stops
  const fresh = `${archive}.${process.pid}`;
  const kafka = (sharing) => [...JVM, `-XX:${sharing}`, '-cp', `${jars}/*`];
  const tell = (message) => {
    if (process.connected) process.send(message);
  };
  let [log, started, broker, ended] = ['', false];
  const finish = async () => {
    broker?.kill('SIGTERM');
    setTimeout(() => broker?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    if (started && existsSync(fresh)) renameSync(fresh, archive);
    for (const leftover of [fresh, home]) rmSync(leftover, { recursive: true, force: true });
    process.exit();
  };
  if (!process.connected) return finish(); // our owner died before we listened
  process.once('disconnect', finish);
  try {
    const id = `K${randomBytes(15).toString('base64url')}A`;
    if (!existsSync(path.join(data, 'meta.properties')))
      run(java, [
        ...kafka(`SharedArchiveFile=${archive}`),
        'kafka.tools.StorageTool',
        'format',
        '-t',
        id,
        '-c',
        `${home}/server.properties`,
      ]);
  } catch (error) {
    return tell({ failed: error.message });
  }
  broker = spawn(
    java,
    [
      ...kafka(existsSync(archive) ? `SharedArchiveFile=${archive}` : `ArchiveClassesAtExit=${fresh}`),
      'kafka.Kafka',
      `${home}/server.properties`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const timer = setTimeout(() => broker.kill('SIGKILL'), START_TIMEOUT_MS);
  const read = (chunk) => {
    log = (log + chunk).slice(-100_000);
    if (started || !log.includes('Kafka Server started')) return;
    started = true;
    clearTimeout(timer);
    tell({ pid: broker.pid });
  };
  broker.stdout.on('data', read);
  broker.stderr.on('data', read);
  ended = once(broker, 'close').then(() => {
    if (!started)
      tell({
        failed:
          log
            .split('\n')
            .filter((line) => /ERROR|Exception/.test(line))
            .join('\n') || log,
      });
  });
}

function writeSettings(home, { clientPort, controllerPort, data, settings }) {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'log.dirs': data,
    'auto.create.topics.enable': false,
    // static voters, not --standalone, which would bind the data to one controller port for ever
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${clientPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'group.initial.rebalance.delay.ms': 0,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    ...settings,
  };
  writeFileSync(
    `${home}/server.properties`,
    Object.entries(properties)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
}

function installJars() {
  const jars = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'local-kafka', KAFKA_VERSION);
  if (existsSync(jars)) return jars; // it appears in one rename, so it is complete
  mkdirSync(path.dirname(jars), { recursive: true });
  const work = mkdtempSync(`${jars}-`);
  const dependencies = JARS.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  writeFileSync(
    `${work}/pom.xml`,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  console.warn(`Fetching Kafka ${KAFKA_VERSION} (43 MB, once) into ${jars}`);
  try {
    run('mvn', ['-B', '-q', '-C', '-f', `${work}/pom.xml`, COPY_JARS, `-DoutputDirectory=${work}/jars`]);
    renameSync(`${work}/jars`, jars);
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error(
        `Kafka ${KAFKA_VERSION} is not in ${jars}, and Maven, which fetches it, is not on PATH. Install it (Debian: apt-get install maven).`,
      );
    if (!existsSync(jars)) throw error; // otherwise another process was faster
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jars;
}

function findJava() {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  let version = 'none';
  try {
    version = run(java, ['-XX:-UsePerfData', '--version']).split(' ')[1];
  } catch {}
  if (Number.parseInt(version, 10) >= JAVA_MIN) return { java, version };
  throw new Error(
    `Kafka needs Java ${JAVA_MIN} or newer in JAVA_HOME or on PATH; found ${version}. Install it (Debian: apt-get install openjdk-17-jre-headless).`,
  );
}

function run(command, args) {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      env: { ...process.env, MAVEN_OPTS: '-XX:-UsePerfData' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw error.code === 'ENOENT' ? error : new Error(`${path.basename(command)} failed:\n${error.stdout}${error.stderr}`);
  }
}

/** Distinct ports: all are held at once before any is given back, or the system may hand one out twice. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

export async function freePort() {
  const [port] = await freePorts(1);
  return port;
}

if (process.argv[1] === SELF && process.argv[2] === 'guard') guard(...process.argv.slice(3));
