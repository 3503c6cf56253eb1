import type { MessageOf } from '#back-office';
import { act, CommandRunner, EventCodec, eventRegistry, NotFound, ownCommand } from '#application';
import { clientProblems, riskProfile, riskProfileStream } from '#clients';
import { derivedId, DomainError, type Instant, type LocalDate, type Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import type { ClientKeys } from '#privacy';
import { BRIDGE, type Fact } from './fact-log.js';

const refusal = DomainError.of(clientProblems);

/** Results of risk questionnaires go to the client's risk profile, by its own command and under its own rules. */
export class RiskResults {
  private readonly runner: CommandRunner;

  constructor(
    store: EventStore,
    keys: ClientKeys,
    private readonly today: () => LocalDate,
  ) {
    this.runner = new CommandRunner(store, new EventCodec(eventRegistry, keys));
  }

  /** Position of the assessment, the first time and every time. Throws DomainError where the profile refuses it. */
  async record(
    message: MessageOf<'riskResult'>,
    clientId: Uuid,
    fact: Pick<Fact, 'purpose' | 'contentSha256' | 'source' | 'correlationId'>,
    now: Instant,
  ): Promise<number> {
    const { on, questionnaireVersion, score, level, lowestClass } = message.data;
    const stream = riskProfileStream(clientId);
    const context = ownCommand({
      commandId: derivedId(stream.id, fact.purpose),
      requestHash: fact.contentSha256,
      principal: BRIDGE,
      now,
      correlationId: fact.correlationId,
      source: fact.source,
    });
    const command = {
      type: 'RecordRiskAssessment',
      today: this.today(),
      assessedOn: on,
      questionnaireVersion,
      score,
      level,
      lowestClass,
    } as const;
    try {
      const stated = { ...command, source: message.source };
      return (await act(this.runner, riskProfile, stream, { is: 'openClient', clientId }, context, stated)).position;
    } catch (error) {
      if (error instanceof NotFound) throw refusal('client-not-registered');
      throw error;
    }
  }
}
