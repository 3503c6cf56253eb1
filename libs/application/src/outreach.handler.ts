import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { assessmentOn, type ProductRiskLevel, riskProfile, riskProfileStream, type RiskProfileState, suitabilityOf } from '#clients';
import { complaint } from '#complaints';
import { outreach, type OutreachBlock, type OutreachSuitability, outreachStream, type PlannedOutreach } from '#contacts';
import { type LocalDate, newId, type Uuid } from '#event-sourcing';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';
import { openClient } from './transactions.js';

/** What forbids it goes with the answer, also with a repeated one; absent where nothing does. */
export type OutreachResult = CommandResult & { reasons?: readonly OutreachBlock[] };

/** Plans an approach to a client, or records what forbids it. */
export class PlanOutreach extends Command<OutreachResult> {
  constructor(
    readonly planned: PlannedOutreach & { productRiskLevel?: ProductRiskLevel },
    readonly context: CommandContext,
    /** The client's complaints that are not closed, asked for when it is decided and not when it is repeated. */
    readonly openComplaints: () => Promise<readonly Uuid[]>,
  ) {
    super();
  }
}

@CommandHandler(PlanOutreach)
export class PlanOutreachHandler implements ICommandHandler<PlanOutreach> {
  constructor(private readonly runner: CommandRunner) {}

  async execute({ planned, context, openComplaints }: PlanOutreach): Promise<OutreachResult> {
    const { clientId, plannedOn, productRiskLevel } = planned;
    const target = { id: newId(), created: true };
    const result = await this.runner.run(target, context, async () => {
      const profileId = riskProfileStream(clientId).id;
      const [owner, profile] = await Promise.all([
        openClient(this.runner, clientId, context.principal),
        this.runner.load(riskProfile, profileId),
      ]);
      const complaints = await this.complaints(await openComplaints());
      const suitability = suitabilityFor(profile?.state, productRiskLevel, plannedOn);
      const open = complaints.filter(({ status }) => status === 'open').map(({ stream }) => stream);
      const events = outreach.decide({ type: 'PlanOutreach', ...planned, facts: { suitability, openComplaints: open } }, outreach.initial);
      // what it was decided on must still be so when it is recorded
      const guards = [{ stream: clientId, version: owner.version }, { stream: profileId, version: profile?.version ?? 0 }, ...complaints];
      return { stream: outreachStream(target.id, clientId), version: 0, decision: { events, branchId: owner.branchId, guards } };
    });
    const recorded = await this.runner.load(outreach, result.id);
    return { ...result, ...(recorded?.state.status === 'blocked' && { reasons: recorded.state.reasons }) };
  }

  private async complaints(ids: readonly Uuid[]): Promise<{ stream: Uuid; version: number; status: string }[]> {
    const loaded = await Promise.all(ids.map((id) => this.runner.load(complaint, id)));
    return loaded.flatMap((one, i) => (one ? [{ stream: ids[i]!, version: one.version, status: one.state.status }] : []));
  }
}

/** Without a product: whether an assessment is valid at all. */
function suitabilityFor(profile: RiskProfileState | undefined, product: ProductRiskLevel | undefined, on: LocalDate): OutreachSuitability {
  const assessment = assessmentOn(profile?.assessments ?? [], on);
  if (!assessment) return 'NONE';
  if (product) return suitabilityOf(assessment, product, on);
  return suitabilityOf(assessment, 'R1', on) === 'EXPIRED' ? 'EXPIRED' : 'MATCH'; // every level covers R1
}
