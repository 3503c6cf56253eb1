import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Permission } from './permissions.js';

/** What a route declares about who may call it. */
export type RouteAccess = { readonly permission: Permission } | { readonly public: true };

export interface AccessConfig {
  readonly access?: RouteAccess;
}

/** The route may be called by the roles that hold this permission. `more`: what else its configuration says. */
export const Permit = (permission: Permission, more: object = {}): MethodDecorator =>
  applyDecorators(RouteConfig({ ...more, access: { permission } } satisfies AccessConfig));

/** What a route open to everybody declares: probes, contracts, problem pages. */
export const openToAll: AccessConfig = { access: { public: true } };

export const Public = (): MethodDecorator => applyDecorators(RouteConfig(openToAll));

/** What a registered route declared, undefined where it declared nothing. */
export const accessOf = (routeConfig: object | undefined): RouteAccess | undefined => (routeConfig as AccessConfig | undefined)?.access;

interface RegisteredRoute {
  readonly method: string | readonly string[];
  readonly url: string;
  readonly config?: object;
}

/**
 * Collects every route of a server as it is registered, so that none escapes the check: `watch` goes into the server's
 * route hook, `check` runs once all are there. Throws UndeclaredRoutes, which stops the boot.
 */
export class RouteDeclarations {
  private readonly undeclared: string[] = [];
  private readonly known: string[] = [];

  watch({ method, url, config }: RegisteredRoute): void {
    for (const name of [method].flat().map((verb) => `${String(verb)} ${url}`)) {
      this.known.push(name);
      if (!accessOf(config)) this.undeclared.push(name);
    }
  }

  get routes(): readonly string[] {
    return this.known;
  }

  /** The methods that an address takes, none where it is no address of ours. */
  methodsAt(path: string): string[] {
    const matching = this.known.map((name) => name.split(' ') as [string, string]).filter(([, url]) => patternOf(url).test(path));
    return [...new Set(matching.map(([method]) => method))];
  }

  check(): void {
    if (this.undeclared.length > 0) throw new UndeclaredRoutes(this.undeclared);
  }
}

export class UndeclaredRoutes extends Error {
  constructor(readonly routes: readonly string[]) {
    super(`routes without a declared permission: ${routes.join(', ')}`);
    this.name = 'UndeclaredRoutes';
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`);
