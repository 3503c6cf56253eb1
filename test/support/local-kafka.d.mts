/** One Apache Kafka node on 127.0.0.1. Rejects where this machine has no Java. */
export function startKafka(options?: {
  dataDir?: string;
  port?: number;
  /** Of the broker, over those of a plain one. */
  settings?: Readonly<Record<string, string>>;
}): Promise<{ brokers: string; port: number; pid: number; stop(): Promise<void> }>;
export function freePort(): Promise<number>;
