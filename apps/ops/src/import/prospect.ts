import { client, type ClientCommand, clientStream, type Profile } from '#clients';
import type { Uuid, When } from '#event-sourcing';
import { type Fact, steps } from './source.js';

export interface ProspectRow {
  /** The row's id in its source, and its canonical text. */
  record: string;
  content: string;
  clientId: Uuid;
  clientNo: string;
  branchId: string;
  birthDate?: string;
  profile: Profile;
  acquisitionSource: Extract<ClientCommand, { type: 'RegisterClient' }>['acquisitionSource'];
  occurred: When;
}

/**
 * A person whom the source does not name: a provisional prospect, merged once it is known who they are. What a later file says
 * of them otherwise is added to their profile; what it no longer says stays.
 */
export function prospectFact({
  record,
  content,
  clientId,
  clientNo,
  branchId,
  birthDate,
  profile,
  acquisitionSource,
  occurred,
}: ProspectRow): Fact {
  const command: ClientCommand = {
    type: 'RegisterClient',
    clientNo,
    party: 'person',
    identity: birthDate ? { birthDate } : {},
    reachableAt: [],
    branchId,
    acquisitionSource,
    provisional: true,
    profile,
  };
  return {
    record,
    content,
    branchId,
    creates: true,
    stream: clientStream(clientId),
    reservations: [{ kind: 'clientNo', key: clientNo }],
    decide: steps(client, [{ command, occurred }]),
    amend: saysNothing(profile) ? () => [] : steps(client, [{ command: { type: 'UpdateProfile', profile }, occurred }]),
  };
}

const saysNothing = ({ external = {}, internal = {} }: Profile): boolean => Object.keys({ ...external, ...internal }).length === 0;
