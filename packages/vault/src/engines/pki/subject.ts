import { directoryString, oid, sequence, set } from "./der.ts";
import { type DerElement, DerError } from "./der-element.ts";

/** The parts of a distinguished name, in the order in which they are written. */
export const subjectFields = {
  country: "2.5.4.6",
  organization: "2.5.4.10",
  ou: "2.5.4.11",
  locality: "2.5.4.7",
  province: "2.5.4.8",
  street_address: "2.5.4.9",
  postal_code: "2.5.4.17",
  common_name: "2.5.4.3",
  serial_number: "2.5.4.5",
} as const;

export type SubjectField = keyof typeof subjectFields;
export type Subject = Readonly<Partial<Record<SubjectField, readonly string[]>>>;

const fieldNames = Object.keys(subjectFields) as SubjectField[];

/** One part of the name for each field that has values, a multi-valued one where it has several. */
export function encodeSubject(subject: Subject): Buffer {
  const parts = fieldNames.flatMap((field) => {
    const values = subject[field] ?? [];
    if (values.length === 0) return [];
    return [
      set(...values.map((value) => sequence(oid(subjectFields[field]), directoryString(value)))),
    ];
  });
  return sequence(...parts);
}

/** Parts that are none of the known fields are left out. */
export function decodeSubject(name: DerElement): Subject {
  const found = new Map<SubjectField, string[]>();
  for (const attribute of name.children().flatMap((part) => part.children())) {
    const [type, value] = attribute.parts(2);
    if (type === undefined || value === undefined) throw new DerError("a name lacks parts");
    const dotted = type.oid();
    const field = fieldNames.find((candidate) => subjectFields[candidate] === dotted);
    if (field !== undefined) found.set(field, [...(found.get(field) ?? []), value.text()]);
  }
  return Object.fromEntries(found);
}
