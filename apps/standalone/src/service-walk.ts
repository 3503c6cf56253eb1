import { dateOf, DAY_MS, type DayNumber, Zone } from '#service-levels';
import type { Answer, Walker } from './walker.js';

/** A commitment as the API lists it, as far as the walk looks at it. */
interface Listed {
  commitmentId: string;
  version: number;
  subjectId: string;
  metric: string;
  state: string;
  lateEvidenceStatus: string | null;
  deadlineAt: string | null;
}
interface Page {
  items: Listed[];
}

const TYPHOON = 'Branch circular: service desk closed for a typhoon (sample)';

/**
 * Requests of one client with every kind of clock: kept, missed and excused, waiting for the client, reopened, late and
 * open, and one whose deadline a tier change and then a calendar revision have moved.
 */
export class ServiceWalk {
  private readonly zone: Zone;
  private readonly today: DayNumber;
  private moving = '';

  constructor(
    private readonly as: Walker,
    private readonly clientId: string,
    private readonly nowMs: number,
    firmZone: string,
  ) {
    this.zone = Zone.of(firmZone);
    this.today = this.zone.dayAt(nowMs);
  }

  /** Answers the request whose deadline will be moved. */
  async beforeTheTierChange(): Promise<string> {
    await this.kept();
    await this.missedAndExcused();
    await this.reopened();
    await this.lateAndOpen();
    await this.waiting();
    const { id } = await this.receive('accountOpening', new Date(this.nowMs - 60_000).toISOString());
    this.moving = id;
    await this.commitment(id, 'resolution', ({ state }) => state === 'running');
    return id;
  }

  /** The tier change has happened: the desk closes on the day of the deadline, and it moves once more. */
  async afterTheTierChange(): Promise<void> {
    const { deadlineAt } = await this.commitment(this.moving, 'resolution', ({ deadlineAt }) => deadlineAt !== null);
    const day = dateOf(this.zone.dayAt(Date.parse(deadlineAt!)));
    const { version } = await this.as.get<{ version: number }>('complianceOfficer', '/v1/calendars/CN_DESK');
    const revision = { changes: { closed: [day] }, effectiveFrom: day, sourceNotice: TYPHOON };
    await this.as.post('complianceOfficer', '/v1/calendars/CN_DESK/revise', revision, version);
    await this.commitment(this.moving, 'resolution', (now) => now.deadlineAt !== deadlineAt);
    const delivery = { edition: 1, channel: 'counter', language: 'zh' };
    await this.as.post('serviceDeskAgent', `/v1/clients/${this.clientId}/handbook-deliveries`, delivery);
  }

  private async kept(): Promise<void> {
    const received = await this.receive('trading', this.at(8, '10:00'));
    await this.answered(received, 8, '10:01', '10:45');
    const started = await this.act(received, 'start', { occurredAt: this.at(8, '10:05') });
    const step = { step: 'order-check', occurredAt: this.at(8, '10:06') };
    const checking = await this.act(started, 'start-step', step);
    const checked = await this.act(checking, 'complete-step', { ...step, occurredAt: this.at(8, '10:40') });
    await this.act(checked, 'complete', { occurredAt: this.at(8, '11:10') });
  }

  private async missedAndExcused(): Promise<void> {
    const received = await this.receive('trading', this.at(7, '09:30'));
    await this.answered(received, 7, '09:31', '10:15');
    const started = await this.act(received, 'start', { occurredAt: this.at(7, '09:40') });
    await this.act(started, 'complete', { occurredAt: this.at(5, '15:00') });
    const missed = await this.commitment(started.id, 'resolution', ({ state }) => state === 'completedLate');
    const place = `/v1/commitments/${missed.commitmentId}`;
    const asked = await this.as.post(
      'serviceDeskAgent',
      `${place}/request-excuse`,
      { reason: 'The exchange had halted trading.' },
      missed.version,
    );
    await this.as.post('branchManager', `${place}/approve-excuse`, { reason: 'Outage notice of the exchange seen.' }, asked.version);
  }

  private async reopened(): Promise<void> {
    const received = await this.receive('trading', this.at(4, '13:30'));
    await this.answered(received, 4, '13:31', '14:00');
    await this.confirmed(received);
    const started = await this.act(received, 'start', { occurredAt: this.at(4, '13:40') });
    const done = await this.act(started, 'complete', { occurredAt: this.at(4, '15:00') });
    const again = await this.act(done, 'reopen', { reason: 'notDone', occurredAt: this.at(3, '09:30') });
    const restarted = await this.act(again, 'start', { occurredAt: this.at(3, '09:35') });
    await this.act(restarted, 'complete', { occurredAt: this.at(3, '10:30') });
  }

  private async lateAndOpen(): Promise<void> {
    await this.act(await this.receive('other', this.at(10, '09:30'), 'high'), 'start', { occurredAt: this.at(10, '11:00') });
  }

  private async waiting(): Promise<void> {
    const received = this.at(1, '09:30');
    const started = await this.act(await this.receive('accountOpening', received), 'start', { occurredAt: this.at(1, '09:35') });
    const question = { channel: 'phone', question: 'Please send the second page of your identity card.' };
    await this.act(started, 'ask-client', { ...question, occurredAt: this.at(1, '10:00') });
  }

  /** A machine says that it has arrived, and a person soon says what happens next. */
  private async answered({ id }: Answer, daysAgo: number, acknowledgedAt: string, calledAt: string): Promise<void> {
    const told = {
      clientId: this.clientId,
      channel: 'app',
      direction: 'outbound',
      automated: true,
      startedAt: this.at(daysAgo, acknowledgedAt),
    };
    await this.as.post('integrationClient', '/v1/contacts', { ...told, requestId: id });
    await this.call(id, this.at(daysAgo, calledAt));
  }

  /** The call was written down days later: a second person has heard its recording, and confirms. */
  private async confirmed({ id }: Answer): Promise<void> {
    const kept = await this.commitment(id, 'firstResponse', ({ lateEvidenceStatus }) => lateEvidenceStatus === 'waiting');
    const place = `/v1/commitments/${kept.commitmentId}`;
    const { lateEvidence } = await this.as.get<{ lateEvidence: { evidence: string }[] }>('branchManager', place);
    const recording = { kind: 'callRecording', reference: 'R-20731', sha256: '7d'.repeat(32) };
    await this.as.post(
      'branchManager',
      `${place}/confirm-late-evidence`,
      { evidence: lateEvidence[0]!.evidence, ...recording },
      kept.version,
    );
  }

  private receive(process: string, receivedAt: string, severity = 'normal'): Promise<Answer> {
    return this.as.post('serviceDeskAgent', '/v1/requests', { clientId: this.clientId, receivedAt, process, channel: 'phone', severity });
  }

  /** What is done to an order the order system records; people write down the rest. */
  private act({ id, version }: Answer, act: string, body: object): Promise<Answer> {
    const role = ['reopen', 'ask-client'].includes(act) ? 'serviceDeskAgent' : 'integrationClient';
    return this.as.post(role, `/v1/requests/${id}/${act}`, body, version);
  }

  private async call(requestId: string, startedAt: string): Promise<void> {
    const contact = {
      clientId: this.clientId,
      channel: 'phone',
      direction: 'outbound',
      automated: false,
      startedAt,
      durationSec: 180,
      requestId,
    };
    await this.as.post('relationshipManager', '/v1/contacts', {
      ...contact,
      process: 'trading',
      summary: 'Told the client what was found.',
    });
  }

  /** A commitment of a request, once it stands as asked. */
  private async commitment(requestId: string, metric: string, ready: (commitment: Listed) => boolean): Promise<Listed> {
    const find = ({ items }: Page): Listed | undefined => items.find((one) => one.metric === metric && ready(one));
    const page = await this.as.until<Page>(
      'serviceDeskAgent',
      `/v1/requests/${requestId}/commitments`,
      (answer) => find(answer) !== undefined,
    );
    return find(page)!;
  }

  /** A local wall time so many weekdays ago. */
  private at(weekdaysAgo: number, wall: string): string {
    let day = this.today;
    for (let left = weekdaysAgo; left > 0;) {
      day--;
      if (![0, 6].includes(new Date(day * DAY_MS).getUTCDay())) left--;
    }
    const [hour, minute] = wall.split(':').map(Number) as [number, number];
    return new Date(this.zone.instantOf(day, hour * 60 + minute)).toISOString();
  }
}
