import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { QueryBus } from '@nestjs/cqrs';
import type { Principal } from '#access';
import { type CaseFile, calendarsOf, DeadlineExplainer, rehearseOver, RulesReader, UnusableEdition } from '#timekeeping';
import { CaseFilesQuery, ReceivedCasesQuery } from '#read-models';
import { checkEdition } from '#service-levels';
import { DocumentField, LocalDateField } from '../fields/index.js';
import { invalidRequest, Problem } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { Shown, ShownList, ShownNumber, ShownOne, ShownText, ShownTextOrNull } from '../reads/view-fields.js';
import { MinPosition } from '../requests/command-request.js';
import { Expensive } from '../requests/expensive-reads.js';
import { Caller } from '../requests/request-context.js';
import { Searches, Stated } from '../requests/routes.js';
import { sound } from './rule-documents.js';

/** A case takes half a millisecond. */
const CASES_MAX = 20_000;
/** Others have their turn after so many. */
const PAGE = 50;
const models = ['caseFacts', 'requests', 'complaints'] as const;

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

/** A draft edition over the cases of a past period; it writes nothing. */
@ApiTags('service levels')
@Controller('v1/service-levels')
export class RehearsalController {
  constructor(
    private readonly bus: QueryBus,
    private readonly reads: ReadDispatcher,
    private readonly rules: RulesReader,
    private readonly explainer: DeadlineExplainer,
  ) {}

  @Expensive()
  @Searches('rehearse', 'serviceLevels.rehearse', RehearsalView, 'Run a draft edition over a past period, against what happened')
  async rehearse(
    @Caller() { branchScope }: Principal,
    @MinPosition() minPosition: number,
    @Stated() { edition: stated, from, to }: RehearseBody,
  ): Promise<RehearsalView> {
    const { edition } = sound(checkEdition(stated, '/edition'));
    if (to < from) throw invalidRequest({ pointer: '/to', code: 'ends-before-it-starts' });
    let position = 0;
    const received = async function* (this: RehearsalController, fromMs: number, beforeMs: number): AsyncGenerator<CaseFile[]> {
      const [first, end] = [new Date(fromMs).toISOString(), new Date(beforeMs).toISOString()];
      const found = await this.reads.one({ models, minPosition }, new ReceivedCasesQuery(branchScope, first, end));
      if (found.cases.length > CASES_MAX) throw new Problem('rehearsal-too-long');
      position = found.asOfPosition;
      for (let at = 0; at < found.cases.length; at += PAGE) {
        const ids = found.cases.slice(at, at + PAGE).map(({ subjectId }) => subjectId);
        yield await this.explainer.filesOf(await this.bus.execute(new CaseFilesQuery(branchScope, ids)));
      }
    };
    try {
      const rules = await this.rules.current(calendarsOf(edition));
      const request = { edition, from, to, now: new Date().toISOString() };
      return { ...(await rehearseOver(received.bind(this), request, rules, this.reads.zone)), position };
    } catch (error) {
      if (!(error instanceof UnusableEdition)) throw error;
      return sound({ faults: error.faults.map((fault) => ({ ...fault, pointer: `/edition${fault.pointer}` })) });
    }
  }
}
