import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '#access';
import { canonicalJson, type MasterKeys } from '#privacy';
import { Problem } from '../problems/problem.js';

const MAC_CHARS = 32;
const CURSOR_MAX_CHARS = 1024;

/** What a cursor is good for: this list under this filter, for this caller. */
export interface CursorUse {
  list: string;
  filter: object;
  principal: Principal;
}

/** Opaque cursors of keyset pages. A cursor of another list, filter or caller is refused, as is one made up. */
export class Cursors {
  constructor(private readonly keys: MasterKeys) {}

  seal(use: CursorUse, values: readonly string[]): string {
    const text = Buffer.from(JSON.stringify(values)).toString('base64url');
    return `${text}.${this.mac(use, text)}`;
  }

  /** Throws a Problem where the cursor is not of this use. */
  open(use: CursorUse, cursor: string): string[] {
    const [text = '', mac = ''] = cursor.length <= CURSOR_MAX_CHARS ? cursor.split('.', 2) : [];
    const expected = Buffer.from(this.mac(use, text));
    const given = Buffer.from(mac);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Problem('cursor-not-valid', { errors: [{ pointer: '#/query/cursor', code: 'cursor-not-valid' }] });
    }
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as string[];
  }

  private mac({ list, filter, principal }: CursorUse, text: string): string {
    const { subject, role, branchScope } = principal;
    return this.keys.hash('list cursor', canonicalJson([list, filter, subject, role, branchScope, text])).slice(0, MAC_CHARS);
  }
}
