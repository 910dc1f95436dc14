// Signs in with httpntlm. See Program in ../../clients.py.
'use strict';

const dns = require('dns');
const fs = require('fs');
const httpntlm = require('httpntlm');
const httpreq = require('httpreq');

// Leads all names to one address.
function leadAllNamesTo(address) {
  dns.lookup = (name, options, callback) => {
    if (options.all) {
      callback(null, [{ address, family: 4 }]);
    } else {
      callback(null, address, 4);
    }
  };
}

// "CONTOSO\alice" -> domain and user name; without a domain it is empty.
function splitAccount(account) {
  const parts = account.split('\\');
  return parts.length > 1 ? parts : ['', parts[0]];
}

function ask(job, done) {
  const method = job.method.toLowerCase();
  const options = {
    url: job.url,
    headers: job.headers,
    body: job.body,
    binary: true,
  };
  if (job.account === null) {
    httpreq[method](job.url, options, done);
    return;
  }
  const [domain, username] = splitAccount(job.account);
  httpntlm[method](
    { ...options, domain, username, password: job.password }, done);
}


const job = JSON.parse(fs.readFileSync(0, 'utf8'));

leadAllNamesTo(job.address);
ask(job, (error, answer) => {
  if (error) {
    throw error;
  }
  process.stdout.write(JSON.stringify({
    status: answer.statusCode,
    headers: Object.entries(answer.headers).flatMap(([name, values]) =>
      [].concat(values).map((value) => [name, value])),
    body: Buffer.from(answer.body).toString('base64'),
  }));
});
