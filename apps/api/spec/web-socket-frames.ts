/** A WebSocket frame as a client sends it (RFC 6455, 5.2); its mask changes nothing. */
export function frameOf(first: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = [first];
  if (data.length < 126) head.push(0x80 | data.length);
  else if (data.length < 65_536) head.push(0xfe, data.length >> 8, data.length & 0xff);
  else
    head.push(
      0xff,
      0,
      0,
      0,
      0,
      data.length >>> 24,
      (data.length >> 16) & 0xff,
      (data.length >> 8) & 0xff,
      data.length & 0xff,
    );
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), data]);
}
