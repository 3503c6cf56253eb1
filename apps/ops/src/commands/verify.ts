export interface Finding {
  position: number;
  code: string;
  detail: string;
}
export const findingLine = ({ position, code, detail }: Finding): string => `position ${position}: ${code} ${detail}`;
export async function verifyInstallation(_url: string, _head?: string): Promise<{ events: number; findings: Finding[] }> {
  throw new Error('not here yet');
}
