import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isUuid, type Uuid } from '#event-sourcing';
import { invalidRequest } from '../problems/problem.js';

class IdInPath implements PipeTransform<string, Uuid> {
  constructor(private readonly name: string) {}

  transform(value: string): Uuid {
    if (!isUuid(value)) throw invalidRequest({ pointer: `#/path/${this.name}`, code: 'bad-format' });
    return value;
  }
}

/** Parameter of a controller method: an id in the path. Published from here, for compilers differ in what they tell of types. */
export const Id =
  (name: string): ParameterDecorator =>
  (target, method, index) => {
    Param(name, new IdInPath(name))(target, method, index);
    const described = Object.getOwnPropertyDescriptor(target, method!)!;
    ApiParam({ name, required: true, schema: { type: 'string', format: 'uuid' } })(target, method!, described);
  };
