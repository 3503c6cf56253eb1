import type { DayEnd, ReceiptRule, Roll, Selectors, ServicePromise, Target } from '../format/format.js';

/** A promise with nothing left to a default; `step` and `maxPauseMinutes` are absent where there is none. */
export type FullPromise = Required<Omit<ServicePromise, 'step' | 'maxPauseMinutes' | 'target'>> &
  Pick<ServicePromise, 'step' | 'maxPauseMinutes'> & { target: FullTarget };

export type FullTarget =
  | { kind: 'businessMinutes'; minutes: number }
  | { kind: 'businessDays'; days: number; receiptRule: ReceiptRule; dayEnd: DayEnd }
  | { kind: 'calendarDays'; days: number; roll: Roll };

const anything: Selectors = {};

/** The promise with the published default of each member that it leaves out. */
export function withDefaults(promise: ServicePromise): FullPromise {
  return {
    class: 'service',
    appliesTo: anything,
    pausable: false,
    tierMode: 'frozen',
    minRemainingMinutes: 0,
    reopenMode: 'resume_original',
    reopenFloorMinutes: 0,
    warnings: [],
    escalations: [],
    recurring: false,
    ...promise,
    target: fullTarget(promise.target),
  };
}

function fullTarget(target: Target): FullTarget {
  switch (target.kind) {
    case 'businessMinutes':
      return target;
    case 'businessDays':
      return { receiptRule: 'actual_date', dayEnd: 'close', ...target };
    case 'calendarDays':
      return { roll: 'none', ...target };
  }
}
