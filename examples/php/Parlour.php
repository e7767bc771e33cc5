<?php

/**
 * Parlour for PHP applications: one file to copy, nothing to install. PHP 8.1 or newer, with allow_url_fopen.
 *
 *     $parlour = new Parlour('https://im.example', 'oa', key: 'pk_…', callbackSecret: 'whsec_…', tokenSecret: '…');
 *
 *     $parlour->ticket('anna', ['name' => 'Anna Liu']);    // lets her in once, within 60 seconds: put it into her page
 *     $parlour->token('anna', ['name' => 'Anna Liu']);     // the same without a call, for an hour
 *     $parlour->send('user:anna', 'Request 118 is approved', idempotencyKey: '118-approved');
 *     [$status, $answer] = $parlour->answer(getallheaders(), file_get_contents('php://input'), ['contacts.list' => $contacts]);
 *
 * SPDX-License-Identifier: Apache-2.0
 */

declare(strict_types=1);

/**
 * What was refused, or did not work. `getMessage()` is one plain sentence; `getCode()` is a word, as the interface
 * names it. "unreachable" and "forged" are this file's own.
 */
final class ParlourException extends RuntimeException
{
    public function __construct(
        string $code,
        string $sentence,
        public readonly int $status = 0,          // of HTTP; 0 where there was no answer
        public readonly ?string $field = null,    // which part of what was sent is meant
        public readonly bool $temporary = false,  // the same may work later
        public readonly ?int $retryAfter = null,  // seconds
    ) {
        parent::__construct($sentence);
        $this->code = $code;
    }
}

/** A callback whose signature was right. */
final class ParlourCall
{
    public function __construct(
        public readonly string $id,    // the same when it is repeated
        public readonly string $type,  // "contacts.list"
        public readonly array $data,
        public readonly bool $question,  // it is answered; else it is a fact that you are told
        public readonly bool $test,    // somebody tries the interface: change nothing
    ) {
    }
}

final class Parlour
{
    private const TOLERANCE = 300;  // seconds that a callback may be old, or ahead of this clock
    private const TIMEOUT = 10;     // seconds that a request may take
    private const PAGE = 3;         // the same, where somebody waits for a page
    private const JSON = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;

    public readonly string $url;

    public function __construct(
        string $url,
        public readonly string $app,
        #[SensitiveParameter] private readonly string $key,
        #[SensitiveParameter] private readonly string $callbackSecret = '',
        #[SensitiveParameter] private readonly string $tokenSecret = '',
    ) {
        $this->url = rtrim($url, '/');
    }

    /** A ticket for one of your users, who is created or brought up to date: `name`, `email`, `title`, `avatar`. */
    public function ticket(string $user, array $profile = []): string
    {
        return $this->request('POST', '/users/' . rawurlencode($user) . '/tickets', $profile, null, self::PAGE)['ticket'];
    }

    /** A signed token (JWT, HS256) for one of your users, good for at most a day: `name`, `email`. */
    public function token(string $user, array $profile = [], int $seconds = 3600): string
    {
        $claims = ['sub' => $user, 'aud' => $this->app, 'iat' => time(), 'exp' => time() + $seconds] + $profile;
        $signed = self::encode(['alg' => 'HS256', 'typ' => 'JWT']) . '.' . self::encode($claims);
        return $signed . '.' . self::base64url(hash_hmac('sha256', $signed, $this->tokenSecret, true));
    }

    /**
     * Sends to "user:anna", "group:sales", "everyone", "conversation:7" or a list of them. What returns is kept.
     * The same idempotency key again, within 24 hours, sends nothing new. `$more`: `topic`, `card` and what else a message has.
     * Of a list, who could not get it has an `error` in `messages`; one party that could not is a ParlourException.
     */
    public function send(string|array $to, string $text, array $more = [], ?string $idempotencyKey = null): array
    {
        $sent = $this->request('POST', '/messages', ['to' => $to, 'text' => $text] + $more, $idempotencyKey);
        $error = is_string($to) && count($sent['messages'] ?? []) === 1 ? $sent['messages'][0]['error'] ?? null : null;
        if ($error) {
            throw new ParlourException($error['code'], $error['message'], 0, 'to');
        }
        return $sent;
    }

    /** Any other call of the interface, below /api/v1. */
    public function request(string $method, string $path, ?array $body = null, ?string $idempotencyKey = null, int $timeout = self::TIMEOUT): ?array
    {
        $headers = ['Authorization: Bearer ' . $this->key];
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
        }
        if ($idempotencyKey !== null) {
            if (preg_match('/[^\x21-\x7e]/', $idempotencyKey)) {
                throw new ParlourException('bad_request', 'An idempotency key is of visible ASCII characters.', 0, 'Idempotency-Key');
            }
            $headers[] = 'Idempotency-Key: ' . $idempotencyKey;
        }
        $options = ['method' => $method, 'header' => $headers, 'timeout' => $timeout, 'ignore_errors' => true];
        $options['follow_location'] = 0;  // the key goes nowhere else
        if ($body !== null) {
            $options['content'] = json_encode((object) $body, self::JSON);  // an object, even where PHP's array is empty
        }
        $stream = @fopen($this->url . '/api/v1' . $path, 'rb', false, stream_context_create(['http' => $options]));
        $answer = $stream ? stream_get_contents($stream) : false;
        if ($answer === false || stream_get_meta_data($stream)['timed_out']) {
            throw new ParlourException('unreachable', 'Parlour does not answer: ' . (error_get_last()['message'] ?? 'time is over'), temporary: true);
        }
        $status = (int) (explode(' ', stream_get_meta_data($stream)['wrapper_data'][0])[1] ?? 0);
        $value = json_decode($answer, true);
        if ($status >= 200 && $status < 300 && ($answer === '' || is_array($value))) {
            return $value;
        }
        if (!is_string($value['code'] ?? null)) {
            throw new ParlourException('unreachable', "Something that is not Parlour answered $status.", $status, temporary: $status >= 500);
        }
        throw new ParlourException($value['code'], $value['detail'] ?? '', $status, $value['field'] ?? null,
            (bool) ($value['temporary'] ?? false), $value['retry_after'] ?? null);
    }

    /** What people typed, as it is, for a message: Markdown in it stays text, and it stays on its line. */
    public static function plain(string $text): string
    {
        return preg_replace(['/\s+/u', '/[!-\/:-@\[-`{-~]/'], [' ', '\\\\$0'], $text);
    }

    /** Checks a callback as Standard Webhooks says. `$body` is what came, byte by byte; `$now` is for tests. */
    public function verify(array $headers, string $body, ?int $now = null): ParlourCall
    {
        $given = array_change_key_case($headers);
        $id = (string) ($given['webhook-id'] ?? '');
        $timestamp = (string) ($given['webhook-timestamp'] ?? '');
        if ($id === '' || !preg_match('/^\d{1,12}$/D', $timestamp) || abs(($now ?? time()) - (int) $timestamp) > self::TOLERANCE) {
            throw new ParlourException('forged', 'This callback is not signed, or its time is not now.', 401);
        }
        $secret = base64_decode(preg_replace('/^whsec_/', '', $this->callbackSecret), true);
        if ($secret === false || $secret === '') {
            throw new LogicException('there is no callback secret');
        }
        $proof = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $secret, true));
        $good = false;
        foreach (explode(' ', (string) ($given['webhook-signature'] ?? '')) as $signature) {  // several while a secret is rotated
            $good = hash_equals($proof, $signature) || $good;
        }
        if (!$good) {
            throw new ParlourException('forged', 'The signature of this callback is not right.', 401);
        }
        $call = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
        return new ParlourCall($id, $call['type'], $call['data'] ?? [], (bool) ($call['question'] ?? false), (bool) ($call['test'] ?? false));
    }

    /**
     * Verifies a callback and answers it by its type: "user.verify", "contacts.list", "message.created", "action.invoked" and
     * the facts. Gives the status and the JSON to respond with. What nothing stands for is accepted and forgotten.
     *
     * @param array<string, callable(ParlourCall): ?array> $answers
     * @return array{int, string}
     */
    public function answer(array $headers, string $body, array $answers): array
    {
        try {
            $call = $this->verify($headers, $body);
        } catch (ParlourException $error) {
            return [$error->status, json_encode(['error' => $error->getMessage()], self::JSON)];
        }
        $work = $answers[$call->type] ?? null;
        return [200, json_encode((object) ($work ? $work($call) ?? [] : []), self::JSON)];
    }

    private static function encode(array $value): string
    {
        return self::base64url(json_encode($value, self::JSON));
    }

    private static function base64url(string $value): string
    {
        return rtrim(strtr(base64_encode($value), '+/', '-_'), '=');
    }
}
