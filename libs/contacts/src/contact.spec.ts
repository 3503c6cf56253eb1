import { describe, expect, it } from '@jest/globals';
import { given, instant, newId } from '#event-sourcing';
import { contact, type ContactCommand, type ContactEvent } from './contact.js';
import { followUp, type FollowUpEvent } from './follow-up.js';

const now = '2026-03-10T09:00:00.000Z';
const clientId = newId();
const complaintId = newId();
const details = { channel: 'phone', direction: 'outbound', automated: false, startedAt: instant('2026-03-10T08:00:00.000Z') } as const;
const log: ContactCommand = { type: 'LogContact', clientId, now, ...details };
const logged: ContactEvent = { type: 'ContactLogged', data: { clientId, ...details } };
const link: ContactCommand = { type: 'LinkContact', to: { kind: 'complaint', id: complaintId } };
const linked: ContactEvent = { type: 'ContactLinked', data: { to: { kind: 'complaint', id: complaintId }, ...details } };

describe('a contact', () => {
  it('is logged once, never in the future', () => {
    expect(given(contact).when(log)).toEqual([logged]);
    expect(given(contact, logged).when(log)).toEqual({ refused: 'contact-already-logged' });
    expect(given(contact).when({ ...log, now: '2026-03-10T07:59:59.999Z' })).toEqual({
      refused: 'contact-in-the-future',
    });
  });

  it('is amended by what changed, and its links say so', () => {
    const amend = (amendment: object): ContactCommand => ({ type: 'AmendContact', amendment, now });
    expect(given(contact, logged).when(amend({ channel: 'phone' }))).toEqual([]);
    expect(given(contact, logged).when(amend({ channel: 'email', direction: 'outbound' }))).toEqual([
      { type: 'ContactAmended', data: { channel: 'email' } },
    ]);
    expect(given(contact, logged, linked).when(amend({ automated: true }))).toEqual([
      { type: 'ContactAmended', data: { automated: true } },
      { type: 'ContactLinked', data: { ...linked.data, automated: true } },
    ]);
    expect(given(contact, logged, linked).when(amend({ summary: 'agreed' }))).toHaveLength(1);
    expect(given(contact, logged).when(amend({}))).toEqual({ refused: 'nothing-amended' });
  });

  it('is linked once', () => {
    expect(given(contact, logged).when(link)).toEqual([linked]);
    expect(given(contact, logged, linked).when(link)).toEqual([]);
    expect(given(contact).when(link)).toEqual({ refused: 'contact-not-logged' });
  });
});

describe('a follow-up', () => {
  const scheduled: FollowUpEvent = {
    type: 'FollowUpScheduled',
    data: { clientId, dueAt: '2026-03-11T00:00:00.000Z', purpose: 'review', owner: 'amy' },
  };
  const complete = { type: 'CompleteFollowUp', now, completedAt: now, completedBy: 'amy' } as const;

  it('is due in the future and completed once', () => {
    expect(given(followUp).when({ type: 'ScheduleFollowUp', now, ...scheduled.data })).toEqual([scheduled]);
    const late = { ...scheduled.data, dueAt: '2026-03-09T00:00:00.000Z' };
    expect(given(followUp).when({ type: 'ScheduleFollowUp', now, ...late })).toEqual({ refused: 'follow-up-due-in-the-past' });
    const [completed] = given(followUp, scheduled).when(complete) as FollowUpEvent[];
    expect(given(followUp, scheduled, completed!).when(complete)).toEqual([]);
    expect(given(followUp).when(complete)).toEqual({ refused: 'follow-up-not-scheduled' });
    const early = { ...complete, scheduledAt: now, completedAt: '2026-01-01T00:00:00.000Z' };
    expect(given(followUp, scheduled).when(early)).toEqual({ refused: 'follow-up-completed-before-scheduled' });
  });
});
