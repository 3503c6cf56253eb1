import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '#event-sourcing';
import { authority, type AuthorityCommand } from './authority.js';
import { factKindOf } from './fact-kinds.js';
import { factKinds } from './fact-words.js';
import { messageKinds } from './message-shapes.js';
import { type SourceRegistrationCommand, sourceRegistration, type SourceTerms } from './source-registration.js';
import { type Speaker, speakingFault, type SourceStanding } from './speaking.js';

const terms: SourceTerms = {
  subjects: ['core-client'],
  senders: ['core'],
  files: false,
  kinds: ['assets'],
  encoding: 'utf-8',
  zone: 'Asia/Shanghai',
};

function after(...commands: SourceRegistrationCommand[]) {
  return commands.reduce(
    (state, command) => sourceRegistration.decide(command, state).reduce(sourceRegistration.evolve, state),
    sourceRegistration.initial,
  );
}
const request = (by: string, more: Partial<SourceTerms> = {}): SourceRegistrationCommand => ({
  type: 'RequestRegistration',
  source: 'core',
  terms: { ...terms, ...more },
  by,
});

describe('the registration of a source', () => {
  it('is in force once another person has approved it, and stays so until a change is approved', () => {
    expect(after(request('a')).terms).toBeUndefined();
    const registered = after(request('a'), { type: 'ApproveRegistration', by: 'b' });
    expect(registered).toMatchObject({ terms, approvedBy: 'b' });
    expect(registered.pending).toBeUndefined();
    const changing = after(request('a'), { type: 'ApproveRegistration', by: 'b' }, request('b', { files: true }));
    expect(changing.terms).toEqual(terms);
    expect(after(request('a'), { type: 'RefuseRegistration', by: 'a' })).not.toHaveProperty('pending');
  });

  it.each<[string, SourceRegistrationCommand[], string]>([
    ['its own approval', [request('Ma.li'), { type: 'ApproveRegistration', by: 'ma.LI' }], 'source-self-approval'],
    ['an approval of nothing', [{ type: 'ApproveRegistration', by: 'b' }], 'source-request-missing'],
    ['a zone that is none', [request('a', { zone: 'Mars/North' })], 'source-zone-unknown'],
    [
      'a second decision',
      [request('a'), { type: 'RefuseRegistration', by: 'b' }, { type: 'ApproveRegistration', by: 'c' }],
      'source-request-missing',
    ],
  ])('refuses %s', (_, commands, code) => {
    expect(() => after(...commands)).toThrow(code);
  });

  it('is never in force by one person alone, whatever they do', () => {
    const act = fc.record({
      type: fc.constantFrom('RequestRegistration', 'ApproveRegistration', 'RefuseRegistration'),
      by: fc.constantFrom('x', 'X'),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let state = sourceRegistration.initial;
        for (const { type, by } of acts) {
          const command = type === 'RequestRegistration' ? request(by) : { type, by };
          try {
            state = sourceRegistration.decide(command, state).reduce(sourceRegistration.evolve, state);
          } catch {
            // refused
          }
        }
        expect(state.terms).toBeUndefined();
      }),
    );
  });
});

describe('which source counts', () => {
  const over = { kind: 'assets', accountId: 'A-1' } as const;
  const named = (...commands: AuthorityCommand[]) =>
    fold(
      authority,
      commands.reduce<ReturnType<typeof authority.decide>>(
        (events, command) => [...events, ...authority.decide(command, fold(authority, events))],
        [],
      ),
    );

  it('is named by two persons', () => {
    const asked: AuthorityCommand = { type: 'RequestAuthority', over, source: 'b', by: 'x' };
    expect(named(asked)).toMatchObject({ pending: { source: 'b', requestedBy: 'x' }, given: 0 });
    expect(named(asked, { type: 'ApproveAuthority', by: 'y' })).toEqual({ over, source: 'b', approvedBy: 'y', given: 1 });
    expect(named(asked, { type: 'RefuseAuthority', by: 'x' })).toEqual({ over, given: 0 });
    expect(() => named(asked, { type: 'ApproveAuthority', by: 'X' })).toThrow('authority-self-approval');
    expect(() => named({ type: 'ApproveAuthority', by: 'X' })).toThrow('authority-request-missing');
  });
});

describe('who may speak for a source', () => {
  const registered: SourceStanding = { is: 'registered', terms };
  it.each<[string, SourceStanding | undefined, Speaker, string | undefined]>([
    ['its token', registered, { over: 'http', subject: 'core-client' }, undefined],
    ['another token', registered, { over: 'http', subject: 'vendor-b' }, 'source-not-yours'],
    ['its sender', registered, { over: 'kafka', sender: 'core' }, undefined],
    ['a record that names none', registered, { over: 'kafka' }, 'source-not-yours'],
    ['a file', registered, { over: 'file' }, 'source-not-yours'],
    ['anybody, of a source that was seen before', { is: 'asSeen' }, { over: 'kafka' }, undefined],
    ['nobody, of a source that is not known', undefined, { over: 'http', subject: 'core-client' }, 'source-not-registered'],
  ])('%s', (_, standing, speaker, fault) => {
    expect(speakingFault(standing, speaker, 'assetsObserved')).toBe(fault);
  });

  it('only of the kinds that it was registered for, and of its own days', () => {
    const speaker: Speaker = { over: 'http', subject: 'core-client' };
    const heard = messageKinds.filter((kind) => speakingFault(registered, speaker, kind) === undefined);
    expect(heard).toEqual(['assetsObserved', 'dayCompleted', 'sourceEnded']);
    expect(new Set(messageKinds.flatMap((kind) => factKindOf(kind) ?? []))).toEqual(new Set(factKinds));
  });
});
