import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const DOCKER = path.resolve(import.meta.dirname, '../../docker');

export interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}

export function alertRules(): AlertRule[] {
  const file = parse(readFileSync(path.join(DOCKER, 'prometheus/alerts.yml'), 'utf8')) as { groups: { rules: AlertRule[] }[] };
  return file.groups.flatMap(({ rules }) => rules);
}

/** Every query of the dashboard, with its panel's title. */
export function panelQueries(): { title: string; expr: string }[] {
  const file = JSON.parse(readFileSync(path.join(DOCKER, 'grafana/dashboards/rapport.json'), 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return file.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}
