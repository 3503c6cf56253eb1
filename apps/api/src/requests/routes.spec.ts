import { expect, test } from '@jest/globals';
import { accessOf } from '#access';
import { ShownNumber, ShownText } from '../reads/view-fields.js';
import { Changes, Reads } from './routes.js';

class Shown {
  @ShownText() name: string;
  @ShownNumber() count: number;
}

// checked by the compiler: a directive that forbids nothing fails the build
class Routes {
  @Reads('now', 'client.read', Shown, 'What it publishes')
  now() {
    return { name: 'x', count: 1, more: true };
  }

  @Reads('later', 'client.read', Shown, 'What it publishes, later')
  async later() {
    return { name: 'x', count: 1 };
  }

  // @ts-expect-error a member that is published is not answered
  @Reads('less', 'client.read', Shown, 'Less than it publishes')
  async less() {
    return { name: 'x' };
  }

  // @ts-expect-error a member is answered as another type than it is published
  @Reads('other', 'client.read', Shown, 'Other than it publishes')
  other() {
    return { name: 'x', count: '1' };
  }

  // @ts-expect-error a command answers what became of it
  @Changes('nothing', 'client.close', 'No answer')
  async nothing() {}
}

test('what does not answer what it publishes does not compile; what does is a route', () => {
  const { now } = Object.getOwnPropertyDescriptors(Routes.prototype);
  expect(Reflect.getMetadata('path', now.value!)).toBe('now');
  expect(accessOf(Reflect.getMetadata('__fastify_route_config__', now.value!) as object)).toEqual({ permission: 'client.read' });
});
