package zerossl

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Extra has what came without being documented, as JSON; and times that cannot be read, whose fields are zero.
type Extra map[string]json.RawMessage

// Ptr makes a pointer, for fields in which zero is something else than nothing: zerossl.Ptr(false).
func Ptr[T any](value T) *T { return &value }

// parameters is a request, or a configuration, as JSON. Durations become seconds.
func parameters(from any) ([]byte, error) {
	value, err := plain(reflect.ValueOf(from), "")
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, newError(ErrInvalidArgument, "", err.Error())
	}
	return text, nil
}

// plain is a value as encoding/json has to write it. The name is for the error.
func plain(value reflect.Value, name string) (any, error) {
	if !value.IsValid() {
		return nil, nil
	}
	switch given := value.Interface().(type) {
	case time.Duration:
		return given.Seconds(), nil
	case ObtainValidation:
		members := given.members()
		var err error
		for key, member := range members {
			if members[key], err = plain(reflect.ValueOf(member), name+"."+key); err != nil {
				return nil, err
			}
		}
		return members, nil
	case map[string]any, json.Marshaler:
		// The caller's own values, of whatever types.
		return given, nil
	}
	switch value.Kind() {
	case reflect.String:
		if !utf8.ValidString(value.String()) {
			err := newError(ErrInvalidArgument, "", fmt.Sprintf("`%s`: it is not UTF-8", name))
			err.Parameter = name
			return nil, err
		}
		return value.String(), nil
	case reflect.Pointer:
		return plain(value.Elem(), name)
	case reflect.Struct:
		members := map[string]any{}
		var err error
		for key, field := range fields(value) {
			name, rest, _ := strings.Cut(key, ",")
			// An empty text that is required is better called missing than wrong.
			if !field.IsZero() || (rest == "" && field.Kind() != reflect.String) {
				if members[name], err = plain(field, name); err != nil {
					return nil, err
				}
			}
		}
		return members, nil
	case reflect.Slice:
		if value.IsNil() {
			return nil, nil
		}
		list := make([]any, value.Len())
		var err error
		for i := range list {
			if list[i], err = plain(value.Index(i), fmt.Sprintf("%s[%d]", name, i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Map:
		members := map[string]any{}
		var err error
		for key, member := range value.Seq2() {
			if members[key.String()], err = plain(member, name+"."+key.String()); err != nil {
				return nil, err
			}
		}
		return members, nil
	default:
		return value.Interface(), nil
	}
}

// fields gives the fields of a struct that are in its JSON, by their tags.
func fields(value reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for i := range value.NumField() {
			tag := value.Type().Field(i).Tag.Get("json")
			if tag != "" && tag != "-" && !yield(tag, value.Field(i)) {
				return
			}
		}
	}
}

// readFields fills the struct that target points to. What has no field goes to extra.
func readFields(data []byte, target any, extra *Extra) error {
	members := Extra{}
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	for tag, field := range fields(reflect.ValueOf(target).Elem()) {
		name, _, _ := strings.Cut(tag, ",")
		text, is := members[name]
		if !is || string(text) == "null" {
			delete(members, name)
			continue
		}
		var err error
		if field.Type() == reflect.TypeFor[time.Duration]() {
			var seconds float64
			err = json.Unmarshal(text, &seconds)
			field.SetInt(int64(seconds * float64(time.Second)))
		} else {
			err = json.Unmarshal(text, field.Addr().Interface())
		}
		if _, isTime := field.Addr().Interface().(*time.Time); err != nil && isTime {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(members, name)
	}
	*extra = members
	return nil
}

// writeFields is a struct in the JSON form of the library: null for nothing, but empty lists and maps.
func writeFields(source any, extra Extra) ([]byte, error) {
	members := map[string]any{}
	for tag, field := range fields(reflect.ValueOf(source)) {
		name, _, isOptional := strings.Cut(tag, ",")
		switch value := field.Interface().(type) {
		case time.Duration:
			members[name] = value.Seconds()
		default:
			members[name] = value
		}
		if !field.IsZero() {
			continue
		}
		_, isTime := field.Interface().(time.Time)
		_, isAny := field.Interface().(json.RawMessage)
		switch kind := field.Kind(); {
		case kind == reflect.Slice && !isAny:
			members[name] = []any{}
		case kind == reflect.Map:
			members[name] = map[string]any{}
		case isOptional, isTime, kind == reflect.String, kind == reflect.Int64:
			members[name] = nil
		}
	}
	for name, text := range extra {
		members[name] = text
	}
	return json.Marshal(members)
}
