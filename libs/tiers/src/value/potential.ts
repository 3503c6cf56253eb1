import type { Money } from '#event-sourcing';

/** Points for a value that is at least `from`; of several that are reached, the highest `from` counts. */
export interface Step {
  from: number;
  points: number;
}

/** `tiers.md`, "Value and behaviour", potential: points by attribute of the file. Texts are compared without case or outer space. */
export interface PotentialScales {
  incomeBand: Readonly<Record<string, number>>;
  occupation: Readonly<Record<string, number>>;
  ageBand: Readonly<Record<string, number>>;
  referralSource: Readonly<Record<string, number>>;
  /** Months. */
  horizonMonths: readonly Step[];
  /** Minor units of `currency`; assets declared in another currency score nothing. */
  declaredAssetsMinor: readonly Step[];
  currency: string;
}

/** The most that the six attributes can add up to is 100. Bands and occupations are a firm's own words: these are examples. */
export const defaultPotentialScales: PotentialScales = {
  incomeBand: { low: 4, medium: 12, high: 20, veryHigh: 25 },
  occupation: { entrepreneur: 15, management: 15, professional: 12, technician: 8, services: 5, retired: 5 },
  ageBand: { '25to34': 6, '35to44': 12, '45to54': 15, '55to64': 12, '65to74': 5 },
  referralSource: { referral: 10, branch: 6, campaign: 3, web: 3, app: 3 },
  horizonMonths: [
    { from: 12, points: 4 },
    { from: 36, points: 8 },
    { from: 60, points: 10 },
  ],
  declaredAssetsMinor: [
    { from: 100_000_00, points: 8 },
    { from: 500_000_00, points: 16 },
    { from: 1_000_000_00, points: 25 },
  ],
  currency: 'CNY',
};

export const potentialAttributes = ['incomeBand', 'occupation', 'ageBand', 'horizonMonths', 'declaredAssets', 'referralSource'] as const;
export type PotentialAttribute = (typeof potentialAttributes)[number];

/** What a prospect's file says; a member that is absent was not stated. */
export interface ProspectFile {
  incomeBand?: string;
  occupation?: string;
  ageBand?: string;
  horizonMonths?: number;
  declaredAssets?: Money;
  referralSource?: string;
}

/** Where in a client's file each attribute stands. */
const sources: Readonly<Record<PotentialAttribute, string>> = {
  incomeBand: '/profile/internal/incomeBand',
  occupation: '/profile/internal/occupation',
  ageBand: '/profile/internal/ageBand',
  horizonMonths: '/needs/horizonMonths',
  declaredAssets: '/profile/internal/averageBalance',
  referralSource: '/acquisitionSource',
};

export interface PotentialPoints {
  attribute: PotentialAttribute;
  /** JSON Pointer into the client's file. */
  source: string;
  /** As the file states it; null where it states nothing. */
  value: string | number | Money | null;
  points: number;
}

export interface Potential {
  /** 0-100. */
  score: number;
  /** One a configured attribute, those without points too. */
  points: readonly PotentialPoints[];
}

export function potential(file: ProspectFile, scales: PotentialScales = defaultPotentialScales): Potential {
  const points = potentialAttributes.map((attribute) => ({
    attribute,
    source: sources[attribute],
    value: file[attribute] ?? null,
    points: pointsOf(attribute, file, scales),
  }));
  return { score: points.reduce((sum, one) => sum + one.points, 0), points };
}

function pointsOf(attribute: PotentialAttribute, file: ProspectFile, scales: PotentialScales): number {
  switch (attribute) {
    case 'incomeBand':
    case 'occupation':
    case 'ageBand':
    case 'referralSource':
      return pointsOfText(scales[attribute], file[attribute]);
    case 'horizonMonths':
      return pointsOfStep(scales.horizonMonths, file.horizonMonths);
    case 'declaredAssets': {
      const { amountMinor, currency } = file.declaredAssets ?? {};
      return currency === scales.currency ? pointsOfStep(scales.declaredAssetsMinor, amountMinor) : 0;
    }
  }
}

const folded = (text: string): string => text.trim().toLowerCase();

const pointsOfText = (points: Readonly<Record<string, number>>, value: string | undefined): number =>
  value === undefined ? 0 : (Object.entries(points).find(([name]) => folded(name) === folded(value))?.[1] ?? 0);

const pointsOfStep = (steps: readonly Step[], value: number | undefined): number =>
  value === undefined
    ? 0
    : (steps.reduce((best, step) => (step.from <= value && (!best || step.from > best.from) ? step : best), undefined as Step | undefined)
        ?.points ?? 0);
