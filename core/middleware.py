def _pass(get_response):
    return get_response


RequestLogMiddleware = HeadersMiddleware = BadInputMiddleware = _pass
