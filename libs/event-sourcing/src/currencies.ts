// ISO 4217, by the decimals of their minor unit; of 2026, with those withdrawn since 2018, which facts of the years before are in.
// Codes without a minor unit are none that an amount can be in: metals, units of account, testing (XTS) and no currency (XXX).
const HUNDREDTHS = `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
  CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR
  JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD
  PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
  TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL`;
const byDecimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: HUNDREDTHS,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const decimals: ReadonlyMap<string, number> = new Map(
  Object.entries(byDecimals).flatMap(([places, codes]) => codes.split(/\s+/).map((code) => [code, Number(places)] as const)),
);

/** Whether an amount can be in it: a currency of ISO 4217 with a minor unit. */
export const isCurrency = (code: string): boolean => decimals.has(code);

/** The same as a regular expression, for what is published. */
export const CURRENCY_PATTERN = `^(?:${[...decimals.keys()].sort().join('|')})$`;

/** How many decimals its minor unit stands for: 2 of CNY, 0 of JPY, 3 of KWD. Undefined of what is no currency. */
export const decimalsOf = (currency: string): number | undefined => decimals.get(currency);
