import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ConnectionsByPerson } from './connections-by-person.js';

it('R12B-1 gives the place of a person back when the connection is closed, and not while it closes', () => {
  const connections = new ConnectionsByPerson(1);
  const webSocket = new EventEmitter();
  const connection = Object.assign(new EventEmitter(), { readyState: 'open', transport: { socket: webSocket } });
  const enter = () => connections.enter('ada', connection as unknown as Parameters<typeof connections.enter>[1]);
  expect([enter(), enter()]).toEqual([true, false]);
  connection.emit('close');
  expect(enter()).toBe(false);
  webSocket.emit('close');
  expect(enter()).toBe(true);
});
