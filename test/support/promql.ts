import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks of the metrics. */
export interface Asked {
  selectors: { metric: string; labels: string[] }[];
  /** Labels that it groups by. */
  grouping: string[];
}

/** Grafana's own variables, as it would fill them in. */
const filled = (expression: string): string => expression.replaceAll('$__rate_interval', '1m');

/** Parses as Prometheus does. Throws where it is no PromQL. */
export function askedBy(expression: string): Asked {
  const text = filled(expression);
  const asked: Asked = { selectors: [], grouping: [] };
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      const own = text.slice(from, to);
      if (type.name === 'VectorSelector') asked.selectors.push({ metric: '', labels: [] });
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') asked.selectors.at(-1)!.metric = own;
      if (type.name !== 'LabelName') return;
      if (node.parent?.name === 'GroupingLabels') asked.grouping.push(own);
      else asked.selectors.at(-1)!.labels.push(own);
    },
  });
  return asked;
}
