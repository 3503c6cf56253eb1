import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ALL_BRANCHES, type Principal } from '#access';
import { eventRegistry } from '#application';
import { rehearse, UnusableEdition } from '#timekeeping';
import { EventStore } from '#event-store';
import { checkEdition } from '#service-levels';
import { DocumentField, LocalDateField } from '../fields/index.js';
import { invalidRequest, Problem } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { Shown, ShownList, ShownNumber, ShownOne, ShownText, ShownTextOrNull } from '../reads/view-fields.js';
import { Caller } from '../requests/request-context.js';
import { Searches, Stated } from '../requests/routes.js';
import { sound } from './rule-documents.js';

const LONGEST_MS = 20_000;

export class RehearseBody {
  @DocumentField({ description: 'A draft edition, as in what-if documents' }) edition: object;
  @LocalDateField({ description: 'First local date of the receipt, in the firm’s zone' }) from: string;
  @LocalDateField({ description: 'Last local date of the receipt' }) to: string;
}

export class CellCountView {
  @ShownNumber() due: number;
  @ShownNumber() kept: number;
  @ShownNumber() missed: number;
  @ShownNumber() warned: number;
  @ShownNumber() open: number;
  @ShownNumber('Promised, and not measured: known by the day alone, or the source is silent') notMeasured: number;
}

export class RehearsalCellView {
  @ShownText() metric: string;
  @ShownText() class: string;
  @ShownTextOrNull() step: string | null;
  @ShownText() process: string;
  @ShownTextOrNull() tier: string | null;
  @ShownOne(() => CellCountView, 'Under the rules as they were') actual: CellCountView;
  @ShownOne(() => CellCountView, 'Under the draft') draft: CellCountView;
}

export class RehearsalView {
  @ShownNumber() edition: number;
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownNumber('Log position up to which it was read') position: number;
  @ShownNumber() cases: number;
  @ShownList(() => RehearsalCellView) cells: RehearsalCellView[];
  @ShownNumber('How many commitments would have turned out otherwise') flipCount: number;
  @Shown(
    { type: 'array', items: { type: 'object', additionalProperties: true } },
    'The first thousand of them: what was, and what would have been',
  )
  flips: object[];
}

/** A draft edition over the real log of a past period; it writes nothing. */
@ApiTags('service levels')
@Controller('v1/service-levels')
export class RehearsalController {
  private underWay = false;

  constructor(
    private readonly store: EventStore,
    private readonly reads: ReadDispatcher,
  ) {}

  @Searches('rehearse', 'serviceLevels.rehearse', RehearsalView, 'Run a draft edition over a past period, against what happened')
  async rehearse(@Caller() principal: Principal, @Stated() body: RehearseBody): Promise<RehearsalView> {
    const { edition } = sound(checkEdition(body.edition, '/edition'));
    if (body.to < body.from) throw invalidRequest({ pointer: '/to', code: 'ends-before-it-starts' });
    if (this.underWay) throw new Problem('overloaded'); // one at a time: it reads a whole period of the log
    this.underWay = true;
    const signal = AbortSignal.timeout(LONGEST_MS);
    const parts = { reader: this.store.log, store: this.store, registry: eventRegistry, firmZone: this.reads.zone, signal };
    const branch = principal.branchScope === ALL_BRANCHES ? {} : { branchId: principal.branchScope };
    try {
      return await rehearse(parts, { edition, from: body.from, to: body.to, now: new Date().toISOString(), ...branch });
    } catch (error) {
      if (error instanceof UnusableEdition) {
        return sound({ faults: error.faults.map((fault) => ({ ...fault, pointer: `/edition${fault.pointer}` })) });
      }
      if (signal.aborted) throw new Problem('rehearsal-too-long');
      throw error;
    } finally {
      this.underWay = false;
    }
  }
}
