import { describe, expect, test } from '@jest/globals';
import { actPermissions, mayDo, permissions, rolesWith } from './permissions.js';
import { openToAll, RouteDeclarations } from './route-access.js';

describe('permissions', () => {
  test('an auditor reads everything and changes nothing', () => {
    expect(actPermissions.filter((permission) => mayDo('auditor', permission))).toEqual([]);
  });

  test('an administrator sees nothing of a client', () => {
    const held = permissions.filter((permission) => mayDo('admin', permission));
    expect(
      held.filter(
        (permission) => !/^(freshness|calendar|handbook|preset|tierRules)\.|^backOffice\.(list|register)Sources?$/.test(permission),
      ),
    ).toEqual([]);
  });

  test('what the firm promises is drafted in two roles and decided on in one', () => {
    expect(rolesWith('handbook.draft')).toEqual(['complianceOfficer', 'admin']);
    expect(rolesWith('handbook.approve')).toEqual(['complianceOfficer']);
    expect(rolesWith('preset.switchOn')).toEqual(['complianceOfficer']);
    expect(rolesWith('tierRules.draft')).toEqual(['complianceOfficer', 'admin']);
    expect(rolesWith('tierRules.approve')).toEqual(['complianceOfficer']);
    expect(rolesWith('tierRules.publish')).toEqual(['complianceOfficer']);
  });

  test('only a branch manager decides on overrides', () => {
    expect(rolesWith('tier.approveOverride')).toEqual(['branchManager']);
    expect(rolesWith('tier.rejectOverride')).toEqual(['branchManager']);
  });

  test('identifiers stay hidden from the service desk', () => {
    expect(mayDo('serviceDeskAgent', 'client.readIdentifiers')).toBe(false);
  });
});

describe('declared routes', () => {
  test('one that declares nothing stops the boot by its name', () => {
    const routes = new RouteDeclarations();
    routes.watch({ method: 'GET', url: '/v1/clients', config: { access: { permission: 'client.list' } } });
    routes.watch({ method: 'GET', url: '/docs/ui.css', config: openToAll });
    expect(() => routes.check()).not.toThrow();
    routes.watch({ method: ['PUT', 'POST'], url: '/v1/forgotten', config: {} });
    expect(() => routes.check()).toThrow('routes without a declared permission: PUT /v1/forgotten, POST /v1/forgotten');
  });
});
