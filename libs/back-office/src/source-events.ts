import { type EventDefinitions, firmStream, type Instant, type LocalDate, type StreamRef } from '#event-sourcing';

/** Totals by which a source lets its delivery be checked. */
export interface ControlTotals {
  records: number;
  /** Sum of the end-of-day totals delivered, by currency, in minor units. */
  assetsMinor?: Readonly<Record<string, number>>;
}

/** What a source of the trading back office says that belongs to no account. */
export type SourceEvent =
  /** All that the source has to say about a day has come: without it no client with an account there is evaluated for that day. */
  | { type: 'SourceDayCompleted'; data: { source: string; on: LocalDate; totals: ControlTotals } }
  /** The source says nothing of the days after: nobody waits for it any more, and what it told is not judged on later days. */
  | { type: 'SourceEnded'; data: { source: string; lastDay: LocalDate } }
  | { type: 'OutageDeclared'; data: { source: string; outageId: string; system: string; from: Instant; until: Instant | null } }
  | {
      type: 'FeeScheduleObserved';
      data: {
        source: string;
        schedule: string;
        effectiveFrom: LocalDate;
        /** Rate in basis points of the gross amount, at least `minimumMinor` of `currency`. */
        items: readonly { instrumentClass: string; rateBasisPoints: number; minimumMinor?: number; currency: string }[];
      };
    };

export const sourceEvents: EventDefinitions<SourceEvent> = {
  SourceDayCompleted: { version: 1, fields: { source: 'P1', on: 'P1', totals: 'P1' } },
  SourceEnded: { version: 1, fields: { source: 'P1', lastDay: 'P1' } },
  OutageDeclared: { version: 1, fields: { source: 'P1', outageId: 'P1', system: 'P1', from: 'P1', until: 'P1' } },
  FeeScheduleObserved: { version: 1, fields: { source: 'P1', schedule: 'P1', effectiveFrom: 'P1', items: 'P1' } },
};

export const sourceStream = (source: string): StreamRef => firmStream('back-office-source', `back-office-source|${source}`);

/** On a day `amountMinor` of `currency` are worth `baseMinor` of `base`: an exact ratio, as rates are published. */
export type RateEvent =
  | {
      type: 'RateObserved';
      data: { source: string; on: LocalDate; currency: string; amountMinor: number; base: string; baseMinor: number };
    }
  /** From here on the rates count that this source tells: two persons have named it. */
  | { type: 'AuthoritativeRatesNamed'; data: { source: string; currency: string; base: string } };

export const rateEvents: EventDefinitions<RateEvent> = {
  RateObserved: { version: 1, fields: { source: 'P1', on: 'P1', currency: 'P1', amountMinor: 'P1', base: 'P1', baseMinor: 'P1' } },
  AuthoritativeRatesNamed: { version: 1, fields: { source: 'P1', currency: 'P1', base: 'P1' } },
};

export const rateStream = (currency: string, base: string): StreamRef => firmStream('exchange-rate', `exchange-rate|${currency}|${base}`);
