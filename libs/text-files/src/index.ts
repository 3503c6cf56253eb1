export { type Columns, columnsOf, WrongHeader } from './csv-header.js';
export { cellsOf, type TextRecord, textRecords } from './csv-read.js';
export { csvRecord } from './csv-write.js';
export { dateOf, decimalOf, type DecimalFault, type DecimalForm, wholeOf } from './decimal.js';
export { decoded, type Encoding, encodingNamed, encodingOf, encodings, UnreadableText, withoutMark } from './encoding.js';
export { LINE_LENGTH_MAX, type TextLine, textLines } from './text-lines.js';
