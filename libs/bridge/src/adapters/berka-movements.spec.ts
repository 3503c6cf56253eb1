import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { berkaMovements } from './berka-movements.js';

const statements = (...lines: string[]): unknown => {
  const translated = berkaMovements.translate(Buffer.from(lines.join('\n'), 'latin1'));
  if (!('statements' in translated)) return translated;
  return (translated.statements as { record: string; kind: string; data: Record<string, { amountMinor?: number }> }[]).map(
    ({ record, data }) => [record, data['kind'] ?? 'assets', data['total']?.amountMinor ?? data['commission']?.amountMinor],
  );
};

describe('movements of the Czech bank', () => {
  it('a day closes with the balance that no other movement begins with, wherever it stands', () => {
    expect(
      statements(
        '11;401;930705;"VYDAJ";"VYBER";14.60;5085.40;"SLUZBY";;', // from 5,100.00
        '12;401;930705;"PRIJEM";"VKLAD";100.00;5100.00;"";;', // from 5,000.00
      ),
    ).toEqual([
      ['balance:BERKA-401:1993-07-05', 'assets', 508_540],
      ['trans:11', 'charge', 1_460],
      ['trans:12', 'trade', 0],
    ]);
    expect(
      statements('12;401;930705;"PRIJEM";"VKLAD";100.00;5085.40;"";;', '11;401;930705;"VYDAJ";"VYBER";14.60;4985.40;"SLUZBY";;'),
    ).toContainEqual(['balance:BERKA-401:1993-07-05', 'assets', 508_540]);
  });

  it('interest and what others transfer show in the balance alone, and an overdraft is no asset', () => {
    expect(statements('1;7;940131;"PRIJEM";"";50.20;313.60;"UROK";;')).toEqual([['balance:BERKA-7:1994-01-31', 'assets', 31_360]]);
    expect(statements('1;7;940131;"PRIJEM";"PREVOD Z UCTU";10.00;20.00;"DUCHOD";"YZ";1')).toHaveLength(1);
    expect(statements('1;7;940131;"VYDAJ";"VYBER";10.00;-20.00;"SANKC. UROK";;')).toEqual([
      ['balance:BERKA-7:1994-01-31', 'assets', 0],
      ['trans:1', 'charge', 1_000],
    ]);
  });

  it('says where a line is none', () => {
    expect(statements('1;7;940131;"PRIJEM"')).toEqual({ refused: { code: 'wrong-columns', pointer: '' } });
    expect(statements('1;7;940131;"PRIJEM";"VKLAD";1,5;20.00;"";;')).toEqual({ refused: { code: 'bad-number', pointer: '/5' } });
    expect(statements('1;7;940131;"PRIJEM";"VKLAD";;20.00;"";;')).toEqual({ refused: { code: 'missing', pointer: '/5' } });
    expect(statements('1;7;940231;"PRIJEM";"VKLAD";1;20.00;"";;')).toEqual({ refused: { code: 'bad-date', pointer: '/2' } });
  });

  it('cover the days of refused lines too, and end on the last day that is one', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'rapport-berka-')), 'trans.asc');
    const head = 'TRANS_ID;account_id;date;type;operation;amount;balance;k_symbol;bank;account';
    const lines = [
      head,
      '1;7;940130;"PRIJEM";"VKLAD";1.00;1.00;"";;',
      '2;7;940201;"PRIJEM";"VKLAD";x;2.00;"";;',
      '3;7;9402;"PRIJEM";"VKLAD";1;3.00;"";;',
    ];
    writeFileSync(file, lines.join('\r\n'));
    const reading = { encoding: 'utf-8' } as const;
    const days = await berkaMovements.file!.markers(file, reading);
    expect(days.map(({ on, records }) => [on, records])).toEqual([
      ['1994-01-30', 2],
      ['1994-01-31', 0],
      ['1994-02-01', 0],
    ]);
    const pieces: string[] = [];
    for await (const piece of berkaMovements.file!.pieces(file, reading)) pieces.push(Buffer.from(piece).toString());
    expect(pieces.at(-1)).toBe('END;1994-02-01');
    writeFileSync(file, lines.slice(1).join('\n'));
    await expect(berkaMovements.file!.markers(file, reading)).rejects.toThrow('must name the columns');
  });
});
