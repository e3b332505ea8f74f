<?php
// Marks a message of NXCloud read, with PHP's curl: the headers are signed over the exact body.

$body = '{"business_phone":"185xxxx8399","messaging_product":"whatsapp",'
    . '"message_id":"ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg","status":"read"}';
$ts = (string) (int) (microtime(true) * 1000);
$text = "accessKey=fme2na3kdi3ki&action=read&bizType=2&ts=$ts&body=$body&accessSecret=abciiiko2k3";

$call = curl_init('https://api2.nxcloud.com/api/wa/markMessageAsRead');
curl_setopt_array($call, [
    CURLOPT_POSTFIELDS => $body,
    CURLOPT_HTTPHEADER => [
        'accessKey: fme2na3kdi3ki',
        'action: read',
        'bizType: 2',
        "ts: $ts",
        'sign: ' . md5($text),
        'Content-Type: application/json',
    ],
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT_MS => (int) (1000 * (float) $argv[1]),
]);
$answer = curl_exec($call);
if ($answer === false) {
    fwrite(STDERR, 'curl error ' . curl_errno($call) . ': ' . curl_error($call) . "\n");
    exit(1);
}
echo curl_getinfo($call, CURLINFO_RESPONSE_CODE), ' ', $answer, "\n";
