import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { alertRules } from './support/watched-queries.js';

const README = readFileSync(path.resolve(import.meta.dirname, '../docker/README.md'), 'utf8');
/** As GitHub makes the anchor of a heading. */
const anchors = new Set(
  [...README.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  ),
);

it('every alert says how grave it is, for how long, what is wrong, and where it is written what to do', () => {
  expect(alertRules().length).toBeGreaterThan(10);
  for (const { alert, for: lasting, labels, annotations } of alertRules()) {
    expect([alert, lasting]).toEqual([alert, expect.stringMatching(/^\d+[mh]$/)]);
    expect(['critical', 'warning']).toContain(labels.severity);
    expect([alert, annotations.summary]).toEqual([alert, expect.stringMatching(/.{20}/)]);
    const [file, anchor] = annotations.runbook_url.split('#');
    expect([alert, file, anchors.has(anchor!)]).toEqual([alert, 'docker/README.md', true]);
  }
});
