import { app, HttpRequest } from '@azure/functions';
import type { HttpResponseInit } from '@azure/functions';
import {
  access,
  deviceDataRequests,
  deviceImport,
  ingestion,
  parenting,
  recordWrites,
  registration,
  testAlerts,
} from '../shared/composition';
import { localCaller } from '../shared/domain/caller';
import type { Caller } from '../shared/domain/caller';
import { ServiceError } from '../shared/domain/errors';
import type { ActionName } from '../shared/model/actions';
import { actionAt } from '../shared/odata/action-address';
import { writtenAnswer } from '../shared/odata/answers';
import { batchAnswer } from '../shared/odata/batch-answer';
import { requestsIn } from '../shared/odata/batch-request';
import { answering } from '../shared/odata/error-answers';
import { guarded } from '../shared/odata/guarded';
import type { Handler } from '../shared/odata/guarded';
import type { Message } from '../shared/odata/message';
import { createdAnswer, multipleAnswer } from '../shared/odata/multiple-request';
import type { MultipleRequest } from '../shared/odata/multiple-request';
import { answerQuestion } from '../shared/odata/question-answers';
import { readRequest } from '../shared/odata/request';
import type { WebRequest } from '../shared/odata/request';
import { reportTo } from '../shared/odata/report';
import { demandChange, demandQuestion, demandResource, permitted, spendOn } from '../shared/odata/rights';
import { whoAmIAnswer } from '../shared/odata/who-am-i';
import { makeChange } from '../shared/workflows/change';
import { createAlerts } from '../shared/workflows/create-alerts';
import { makeChanges } from '../shared/workflows/make-changes';
import type { WriteDeps } from '../shared/workflows/record-changes';
import { activateIoTDevice } from './ccs_ActivateIoTDevice';
import { createCase } from './ccs_CreateCase';
import { createWorkOrder } from './ccs_CreateWorkOrder';
import { deactivateIoTDevice } from './ccs_DeactivateIoTDevice';
import { importIoTDevices } from './ccs_ImportIoTDevices';
import { replayParkedMessages } from './ccs_ReplayParkedMessages';
import { unregisterIoTDevice } from './ccs_UnregisterIoTDevice';
import { sendTestAlert } from './msdyn_IoTSendTestAlert';
import { jsonGetBoolean } from './msdyn_JsonGetBoolean';
import { jsonGetNumber } from './msdyn_JsonGetNumber';
import { jsonGetString } from './msdyn_JsonGetString';
import { parentIoTAlerts } from './msdyn_ParentIoTAlerts';
import { pullDataForIoTDevice } from './msdyn_PullDataForIoTDevice';
import { registerCustomEntity } from './msdyn_RegisterCustomEntity';
import { registerIoTDevice } from './msdyn_RegisterIoTDevice';

/**
 * The Web API over all tables of the model, below `/api/data/v9.2/`. Routes are tried in the order of the functions'
 * names, so this catch-all comes after every action (`ccs_…`, `msdyn_…`).
 */
app.http('webApi', {
  route: 'api/data/v9.2/{*path}',
  methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
  authLevel: 'anonymous',
  handler: guarded(
    access,
    webApi(recordWrites, {
      ccs_ActivateIoTDevice: activateIoTDevice(registration),
      ccs_CreateCase: createCase(parenting),
      ccs_CreateWorkOrder: createWorkOrder(parenting),
      ccs_DeactivateIoTDevice: deactivateIoTDevice(registration),
      ccs_ImportIoTDevices: importIoTDevices(deviceImport),
      ccs_ReplayParkedMessages: replayParkedMessages(ingestion),
      ccs_UnregisterIoTDevice: unregisterIoTDevice(registration),
      msdyn_IoTSendTestAlert: sendTestAlert(testAlerts),
      msdyn_JsonGetBoolean: jsonGetBoolean,
      msdyn_JsonGetNumber: jsonGetNumber,
      msdyn_JsonGetString: jsonGetString,
      msdyn_ParentIoTAlerts: parentIoTAlerts(parenting),
      msdyn_PullDataForIoTDevice: pullDataForIoTDevice(deviceDataRequests),
      msdyn_RegisterCustomEntity: registerCustomEntity(registration),
      msdyn_RegisterIoTDevice: registerIoTDevice(registration),
    } satisfies Record<ActionName, Handler>),
  ),
});

/** `actions` are the handlers that a batch calls; outside of one, the host finds them by their routes. */
export function webApi(dependencies: () => WriteDeps, actions: Partial<Record<ActionName, Handler>> = {}): Handler {
  return async (request, context, caller = localCaller) => {
    const report = reportTo(context);

    const read = async (message: Message): Promise<WebRequest> =>
      readRequest(message, (resource) => demandResource(caller, message.method, resource));

    const serve = async (message: Message, inBatch: boolean): Promise<HttpResponseInit> =>
      answering(async () => {
        const request = await read(message);
        const deps: WriteDeps = { ...dependencies(), by: caller.id };
        switch (request.kind) {
          case 'question':
            demandQuestion(caller, request.question);
            return answerQuestion(request.question, deps);
          case 'write':
            demandChange(caller, request.change);
            spendOn(caller, request.change);
            return writtenAnswer(request, await makeChange(request.change, deps), deps);
          case 'multiple':
            return multiple(request, caller, deps);
          case 'who-am-i':
            return whoAmIAnswer(request.asker, caller);
          case 'batch':
            if (inBatch) throw new ServiceError('unsupported', 'A batch cannot stand inside of a batch.');
            // It was counted as one when it came.
            caller.spend?.('requests', requestsIn(request.items) - 1);
            return batchAnswer(request.items, request.asker, {
              serve: async (part) => callAction(part) ?? serve(part, true),
              read,
              change: async (steps) => makeChanges(permitted(caller, steps), deps),
              answer: async (write, changed) => writtenAnswer(write, changed, deps),
              unique: deps.unique,
              report,
            });
        }
      }, report);

    const callAction = (message: Message): Promise<HttpResponseInit> | undefined => {
      const name = message.method === 'POST' ? actionAt(message.url) : undefined;
      const action = name && actions[name];
      return action && requestOf(message).then(async (inner) => action(inner, context, caller));
    };

    return serve(request, false);
  };
}

async function multiple(request: MultipleRequest, caller: Caller, deps: WriteDeps): Promise<HttpResponseInit> {
  const { operation, entity: name, steps } = request;
  const isNew = operation === 'CreateMultiple' && name === 'msdyn_iotalert';
  // Whether the caller may create records of the table was asked before its body was read.
  const ids = isNew ? await createAlerts(steps, request.request, deps) : undefined;
  return ids ? createdAnswer(request, ids) : multipleAnswer(request, await makeChanges(permitted(caller, steps), deps));
}

async function requestOf({ method, url, arrayBuffer }: Message): Promise<HttpRequest> {
  return new HttpRequest({ method, url, body: { bytes: new Uint8Array(await arrayBuffer()) } });
}
